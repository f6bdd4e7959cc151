using System.IO.Compression;
using System.IO.Hashing;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>A file of <c>torch.save</c> (zip or old format) or of <c>pickle.dump</c>, read without Python.</summary>
internal sealed class TorchFile : IDisposable
{
    private const long LongestPickle = 256L << 20;
    private readonly Stream _stream;
    private readonly MemoryMeter _meter;
    private readonly ZipArchive? _archive;
    private readonly string _prefix = "";

    /// <summary>Opens a file and reads everything but the numbers of its tensors.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or holds something that is not allowed; the message names the
    /// file.</exception>
    public TorchFile(string path)
        : this(RegularFile.Open(path), path)
    {
    }

    /// <summary>Reads everything of a file but the numbers of its tensors.</summary>
    /// <param name="stream">The file, a stream that can seek; disposed of with this object, or where it cannot be read.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is damaged, or holds something that is not allowed; the message names the
    /// file.</exception>
    public TorchFile(Stream stream, string name)
    {
        _stream = stream;
        _meter = new(_stream.Length);
        try
        {
            if (IsZip(_stream))
            {
                _archive = ZipDirectory.Open(_stream);
                _prefix = FindPrefix();
                Value = ReadArchive();
            }
            else
            {
                Value = LegacyTorchFile.Recognizes(_stream)
                    ? LegacyTorchFile.Read(_stream, _meter)
                    : new PickleReader(_stream, new PickleTensors(
                        _meter, (_, _, _) => throw new InvalidDataException("it refers to tensors that are not in it")), _meter).Read();
            }
        }
        catch (InvalidDataException exception)
        {
            Dispose();
            throw new InvalidDataException(
                $"'{name}' cannot be read as a PyTorch file: {MessageText.OneLine(exception.Message).TrimEnd('.')}.", exception);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What was saved: a tensor, or dictionaries, lists and tuples of tensors and plain values.</summary>
    public object? Value { get; }

    /// <summary>Finds the weights of a TAT network in it.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public StateDictionary FindWeights() => StateDictionary.Find(Value, _meter);

    /// <inheritdoc/>
    public void Dispose()
    {
        _archive?.Dispose();
        _stream.Dispose();
    }

    private static bool IsZip(Stream stream)
    {
        Span<byte> start = stackalloc byte[4];
        var isZip = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("PK\x03\x04"u8);
        stream.Position = 0;
        return isZip;
    }

    private string FindPrefix()
    {
        var pickles = _archive!.Entries.Where(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)).ToList();
        if (pickles is not [var pickle])
        {
            throw new InvalidDataException("it is a zip file without PyTorch's data.pkl");
        }

        var prefix = pickle.FullName[..^"data.pkl".Length];
        return _archive.GetEntry($"{prefix}constants.pkl") is null
            ? prefix
            : throw new InvalidDataException("it is a TorchScript program; save the state_dict of the module instead");
    }

    private object? ReadArchive()
    {
        if (_archive!.GetEntry($"{_prefix}byteorder") is { Length: < 16 } order
            && System.Text.Encoding.ASCII.GetString(ReadEntry(order, order.Length)).Trim() != "little")
        {
            throw new InvalidDataException("it was written on a big-endian machine");
        }

        var storages = new Dictionary<string, TensorStorage>();
        var pickle = _archive.GetEntry($"{_prefix}data.pkl")!;
        _meter.Take(pickle.Length);
        using var bytes = new MemoryStream(ReadEntry(pickle, LongestPickle), writable: false);
        return new PickleReader(bytes, new PickleTensors(_meter, (type, key, count) => Find(storages, type, key, count)), _meter).Read();
    }

    private TensorStorage Find(Dictionary<string, TensorStorage> storages, ElementType type, string key, long count)
    {
        if (storages.TryGetValue(key, out var known))
        {
            return known.Type == type && known.Count == count
                ? known
                : throw new InvalidDataException($"storage '{key}' has two sizes or types");
        }

        var entry = _archive!.GetEntry($"{_prefix}data/{key}") ?? throw new InvalidDataException($"storage '{key}' is missing");
        if (entry.Length / type.Size != count || entry.Length % type.Size != 0)
        {
            throw new InvalidDataException($"storage '{key}' of {count} elements of {type.Name} has {entry.Length} bytes");
        }

        return storages[key] = new(type, count) { Read = () => ReadEntry(entry, Array.MaxLength) };
    }

    /// <summary>Reads an entry, which PyTorch never compresses: so it is no longer than the file.</summary>
    private byte[] ReadEntry(ZipArchiveEntry entry, long longest)
    {
        if (entry.Length > _stream.Length || entry.Length != entry.CompressedLength || entry.Length > longest)
        {
            throw new InvalidDataException(
                $"its part '{entry.FullName}' claims {entry.Length} bytes in {entry.CompressedLength}, which PyTorch does not write");
        }

        var bytes = new byte[entry.Length];
        using var content = entry.Open();
        try
        {
            content.ReadExactly(bytes);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"its part '{entry.FullName}' is cut off", exception);
        }

        return Crc32.HashToUInt32(bytes) == entry.Crc32
            ? bytes
            : throw new InvalidDataException($"its part '{entry.FullName}' is damaged, for its checksum does not match its content; copy "
                + "the file again, or save it again with checksums if torch.serialization.set_crc32_options(False) left them out");
    }
}
