using System.Buffers.Binary;
using System.Numerics;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>
/// What <c>torch.save</c> wrote before version 1.6, and still writes inside a pickled tensor: several pickles, then the storages.
/// </summary>
/// <remarks>
/// In order: magic number, protocol version 1001, facts on the machine, the object, the keys of the storages; then per storage an int64 of
/// elements and the data.
/// </remarks>
internal static class LegacyTorchFile
{
    private const long ProtocolVersion = 1001;
    private static readonly BigInteger _magic = BigInteger.Parse("119547037146038801333356");

    /// <summary>Whether a stream begins with the magic number; leaves it at the beginning.</summary>
    public static bool Recognizes(Stream stream)
    {
        Span<byte> start = stackalloc byte[15];
        var isLegacy = stream.Length >= start.Length && stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start[0] == 0x80 && start[2] == 0x8a && start[3] == 10 && new BigInteger(start[4..14]) == _magic;
        stream.Position = 0;
        return isLegacy;
    }

    /// <summary>Reads the object; the numbers of its tensors are read from the stream when asked for.</summary>
    public static object? Read(Stream stream, MemoryMeter meter, bool isInside = false)
    {
        var storages = new Dictionary<string, TensorStorage>();
        var plain = new PickleTensors(
            meter, (_, _, _) => throw new InvalidDataException("the file refers to tensors before there are any"), isInside);
        if (Next(plain) is not BigInteger magic || magic != _magic || Next(plain) is not ProtocolVersion)
        {
            throw new InvalidDataException("it is not of a known version of PyTorch's old format");
        }

        if (Next(plain) is PickleDictionary facts && facts.Items.Contains(("little_endian", false)))
        {
            throw new InvalidDataException("it was written on a big-endian machine");
        }

        var value = Next(new PickleTensors(meter, Find, isInside));
        if (Next(plain) is not List<object?> keys)
        {
            throw new InvalidDataException("the list of its storages is missing");
        }

        foreach (var key in keys)
        {
            if (key is not string name || !storages.TryGetValue(name, out var storage))
            {
                throw new InvalidDataException("its list of storages names one that no tensor has");
            }

            Locate(stream, storage);
        }

        return value;

        object? Next(PickleTensors tensors) => new PickleReader(stream, tensors, meter).Read();

        TensorStorage Find(ElementType type, string key, long count)
        {
            if (!storages.TryGetValue(key, out var storage))
            {
                storages[key] = storage = new(type, count);
            }

            return storage.Type == type && storage.Count == count
                ? storage
                : throw new InvalidDataException($"storage '{key}' has two sizes or types");
        }
    }

    /// <summary>Reads the bytes of a pickled storage.</summary>
    public static TensorStorage ReadStorage(byte[] bytes, MemoryMeter meter) =>
        Read(new MemoryStream(bytes, writable: false), meter, isInside: true) as TensorStorage
            ?? throw new InvalidDataException("a tensor has something else in place of its storage");

    /// <summary>Notes where the data of a storage is, and passes over it.</summary>
    private static void Locate(Stream stream, TensorStorage storage)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw new InvalidDataException("it ends before the data of a storage");
        }

        var (count, start) = (BinaryPrimitives.ReadInt64LittleEndian(prefix), stream.Position);
        var left = stream.Length - start;
        if (count != storage.Count || count > left / storage.Type.Size || count * storage.Type.Size > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"a storage of {storage.Count} elements has {count} in the file, of which {left} bytes are left");
        }

        var length = (int)(count * storage.Type.Size);
        storage.Read = () =>
        {
            var bytes = new byte[length];
            stream.Position = start;
            stream.ReadExactly(bytes);
            return bytes;
        };
        stream.Position = start + length;
    }
}
