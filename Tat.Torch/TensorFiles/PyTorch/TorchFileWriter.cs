using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>Writes files that <c>torch.load</c> and <c>pickle.load</c> read.</summary>
internal static class TorchFileWriter
{
    private const string Prefix = "archive/";

    /// <summary>Writes tensors as a state_dict: an OrderedDict in the zip format of PyTorch 1.6 and later.</summary>
    /// <param name="stream">Seekable; stays open.</param>
    /// <param name="tensors">Name, shape and the little-endian single-precision numbers in row-major order.</param>
    public static void WriteStateDictionary(Stream stream, IReadOnlyList<(string Name, long[] Shape, Action<Stream> WriteData)> tensors)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var pickle = new PickleWriter().OrderedDictionary().Mark();
        for (var i = 0; i < tensors.Count; i++)
        {
            var (key, shape) = ($"{i}", tensors[i].Shape);
            pickle.Text(tensors[i].Name).Tensor(shape, writer => writer.Storage(key, Count(shape)));
        }

        Add(archive, "data.pkl", content => content.Write(pickle.SetItems().ToArray()));
        Add(archive, "byteorder", content => content.Write("little"u8));
        for (var i = 0; i < tensors.Count; i++)
        {
            Add(archive, $"data/{i}", tensors[i].WriteData);
        }

        Add(archive, "version", content => content.Write("3\n"u8));
    }

    /// <summary>A single tensor as <c>pickle.dump</c> writes it: the published data sets' <c>.bin</c>.</summary>
    public static byte[] PickleTensor(ReadOnlySpan<float> values, long[] shape)
    {
        var storage = LegacyStorage(values);
        return new PickleWriter(protocol: 3)
            .Tensor(shape, writer => writer.Global("torch.storage", "_load_from_bytes").Mark().Bytes(storage).Tuple().Reduce())
            .ToArray();
    }

    private static byte[] LegacyStorage(ReadOnlySpan<float> values)
    {
        const string Key = "0";
        using var bytes = new MemoryStream();
        byte[] magic = BigInteger.Parse("119547037146038801333356").ToByteArray();
        bytes.Write([0x80, 2, 0x8a, (byte)magic.Length, .. magic, (byte)'.']);
        bytes.Write(new PickleWriter().Integer(1001).ToArray());
        bytes.Write(new PickleWriter().EmptyDictionary().Mark().Text("protocol_version").Integer(1001).Text("little_endian").Boolean(true)
            .Text("type_sizes").EmptyDictionary().SetItems().ToArray());
        bytes.Write(new PickleWriter().Storage(Key, values.Length, legacy: true).ToArray());
        bytes.Write(new PickleWriter().ListOfOne(Key).ToArray());
        Span<byte> count = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, values.Length);
        bytes.Write(count);
        bytes.Write(MemoryMarshal.AsBytes(values));
        return bytes.ToArray();
    }

    private static void Add(ZipArchive archive, string name, Action<Stream> write)
    {
        var entry = archive.CreateEntry(Prefix + name, CompressionLevel.NoCompression);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same weights give the same bytes
        using var content = entry.Open();
        write(content);
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, side) => product * side);
}
