using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tat.Torch.Files;
using static TorchSharp.torch;

namespace Tat.Torch.TensorFiles;

/// <summary>Reads tensors in the safetensors format: 8 bytes of header length, a JSON header, then raw little-endian data.</summary>
/// <remarks>
/// Nothing that a file claims is trusted: header and data are checked against each other and against the length of the stream where it
/// is known, and memory is taken only for bytes that have arrived. Reads front to back; the stream need not be seekable and stays open.
/// </remarks>
internal sealed class SafetensorsReader
{
    // Ten thousands of tensors, in the memory that ReadBudget allows for opening a file.
    private const long LongestHeader = 8 << 20;
    private const int Chunk = 1 << 20;

    // What a tensor takes beside its data, in LibTorch and here.
    private const long TensorSize = 2048;

    private readonly Stream _stream;
    private readonly string _source;
    private readonly ContentChecksum? _checksum;

    /// <summary>Reads and checks the header.</summary>
    /// <param name="stream">Positioned at the first byte.</param>
    /// <param name="source">What to call it in messages, for example its path.</param>
    /// <exception cref="InvalidDataException">The data is damaged or not of the format.</exception>
    public SafetensorsReader(Stream stream, string source)
    {
        _stream = stream;
        _source = source;
        var header = ReadHeader();
        try
        {
            (Metadata, Entries) = SafetensorsHeader.Parse(header.Span, new(header.Length));
        }
        catch (InvalidDataException e)
        {
            throw Damaged(e.Message, e);
        }
        catch (JsonException e)
        {
            throw Damaged("its header is not JSON; check that it is a safetensors file", e);
        }
        catch (InvalidOperationException e)
        {
            // What JSON strings throw whose bytes are no text.
            throw Damaged("its header is not valid UTF-8; check that it is a safetensors file", e);
        }

        _checksum = Metadata.ContainsKey(ContentChecksum.Key)
            ? new(Metadata, Entries.Select(entry => (entry.Name, entry.Type, entry.Shape)))
            : null;
        var needed = Entries.Sum(entry => entry.Length);
        if (Remaining is { } remaining && remaining < needed)
        {
            throw Damaged($"its header announces {needed} bytes of tensors, and {remaining} follow; the file is cut off, copy it again");
        }
    }

    /// <summary>The free text of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    private long? Remaining => _stream.CanSeek ? _stream.Length - _stream.Position : null;

    /// <summary>Reads all tensors into new memory.</summary>
    /// <returns>By name; to be disposed by the caller.</returns>
    /// <exception cref="InvalidDataException">The data is damaged, or tensors are so many that they take much more than it.</exception>
    public Dictionary<string, Tensor> ReadAll()
    {
        if (Entries.Count > ReadBudget.Overhead / TensorSize)
        {
            throw Damaged($"its {Entries.Count} tensors take more than its length and {ReadBudget.Overhead >> 20} MB; it is damaged, or "
                + "made to exhaust memory");
        }

        var tensors = new Dictionary<string, Tensor>();
        try
        {
            foreach (var entry in Entries)
            {
                if (Remaining is null && entry.Length > Chunk)
                {
                    // The length of the stream is unknown: let the data arrive before tensor memory is taken.
                    var bytes = ReadGrowing(entry.Length);
                    _checksum?.Append(bytes.AsSpan(0, (int)entry.Length));
                    tensors.Add(entry.Name, FromBytes(entry, bytes));
                    continue;
                }

                var tensor = empty(entry.Shape, entry.Type);
                tensors.Add(entry.Name, tensor);
                ReadInto(tensor, entry);
            }
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }

        return tensors;
    }

    /// <summary>Reads the numbers of the next entry; needs no LibTorch.</summary>
    /// <param name="entry">The next entry in the order of <see cref="Entries"/>, of single or half precision.</param>
    /// <exception cref="InvalidDataException">It has other numbers, or too many for an array.</exception>
    public float[] ReadFloats(SafetensorsEntry entry)
    {
        if (entry.Type is not (ScalarType.Float32 or ScalarType.Float16))
        {
            throw Damaged($"tensor '{entry.Name}' has elements of type {entry.Type} where numbers of single or half precision are due");
        }

        var bytes = ReadGrowing(entry.Length).AsSpan(0, (int)entry.Length);
        if (entry.Type == ScalarType.Float32)
        {
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }

        var halves = MemoryMarshal.Cast<byte, Half>(bytes);
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)halves[i];
        }

        return values;
    }

    /// <summary>Reads the data of the next entry into a tensor; entries come in the order of <see cref="Entries"/>.</summary>
    /// <param name="target">Contiguous, on the CPU, of the entry's type and size.</param>
    /// <param name="entry">The next entry.</param>
    public void ReadInto(Tensor target, SafetensorsEntry entry)
    {
        if (entry.Length > 0)
        {
            var bytes = target.bytes;
            ReadExactly(bytes, entry.Name);
            _checksum?.Append(bytes);
        }
    }

    /// <summary>Reads all data and keeps none of it.</summary>
    public void SkipAll()
    {
        var buffer = new byte[Chunk];
        foreach (var entry in Entries)
        {
            for (var rest = entry.Length; rest > 0; rest -= Math.Min(rest, Chunk))
            {
                var bytes = buffer.AsSpan(0, (int)Math.Min(rest, Chunk));
                ReadExactly(bytes, entry.Name);
                _checksum?.Append(bytes);
            }
        }
    }

    /// <summary>Compares what was read, which must be all, with the checksum in the metadata where there is one.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void VerifyChecksum()
    {
        if (_checksum is not null && _checksum.ToString() != Metadata[ContentChecksum.Key])
        {
            throw Damaged("it is damaged, for its checksum does not match its content; copy it again");
        }
    }

    private static Tensor FromBytes(SafetensorsEntry entry, byte[] bytes)
    {
        var tensor = empty(entry.Shape, entry.Type);
        bytes.AsSpan(0, (int)entry.Length).CopyTo(tensor.bytes);
        return tensor;
    }

    private ReadOnlyMemory<byte> ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[8];
        ReadExactly(prefix, "the header length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is 0 or > LongestHeader || (Remaining is { } remaining && length > (ulong)remaining))
        {
            throw Damaged($"its first 8 bytes announce a header of {length} bytes, and it has at most "
                + $"{Math.Min(LongestHeader, Remaining ?? LongestHeader)}; check that it is a safetensors file");
        }

        return ReadGrowing((long)length).AsMemory(0, (int)length);
    }

    /// <summary>Reads into an array that grows as data arrives, unless all is known to be there.</summary>
    private byte[] ReadGrowing(long length)
    {
        if (length > Array.MaxLength)
        {
            throw Damaged(
                $"a part of {length} bytes is larger than this reader takes from a stream of unknown length; read it from a file");
        }

        var bytes = new byte[Remaining >= length ? length : Math.Min(length, Chunk)];
        for (var filled = 0; filled < length; filled = bytes.Length)
        {
            if (filled > 0)
            {
                Array.Resize(ref bytes, (int)Math.Min(length, 2L * filled));
            }

            ReadExactly(bytes.AsSpan(filled), "its data");
        }

        return bytes;
    }

    private void ReadExactly(Span<byte> destination, string what)
    {
        try
        {
            _stream.ReadExactly(destination);
        }
        catch (EndOfStreamException e)
        {
            throw Damaged($"it ends within {what}; the file is cut off, copy it again", e);
        }
    }

    private InvalidDataException Damaged(string problem, Exception? inner = null) =>
        new($"'{_source}' cannot be read: {MessageText.OneLine(problem)}.", inner);
}
