using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Reads the parts of an element from a stream and never past its end, nor allocates for what the stream does not hold.</summary>
internal sealed class DicomInput(Stream stream, long length, bool bigEndian, MemoryMeter meter)
{
    /// <summary>Bytes that an element takes beside its value.</summary>
    private const int ElementSize = 96;

    private readonly byte[] _ahead = new byte[8];
    private int _aheadCount;

    public long Position { get; private set; } = stream.Position;

    public long Length { get; } = length;

    public bool BigEndian { get; } = bigEndian;

    /// <summary>The same input in little endian byte order.</summary>
    public DicomInput AsLittleEndian()
    {
        if (!BigEndian)
        {
            return this;
        }

        var other = new DicomInput(stream, Length, false, meter);
        other.Follow(this);
        return other;
    }

    /// <summary>Goes on where another view of the same stream stopped.</summary>
    public void Follow(DicomInput other)
    {
        (Position, _aheadCount) = (other.Position, other._aheadCount);
        other._ahead.CopyTo(_ahead, 0);
    }

    public bool Has(long bytes) => bytes <= Length - Position;

    public ushort ReadUInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Fill(bytes);
        return BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public uint ReadUInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public DicomTag ReadTag() => new(ReadUInt16(), ReadUInt16());

    public void Fill(Span<byte> bytes)
    {
        if (!Has(bytes.Length))
        {
            throw new DicomDataException("the file ends inside its header; it is truncated, copy it again.");
        }

        var known = Math.Min(_aheadCount, bytes.Length);
        TakeAhead(known, bytes);
        try
        {
            stream.ReadExactly(bytes[known..]);
        }
        catch (EndOfStreamException exception)
        {
            throw new DicomDataException("the file has become shorter since it was opened; copy it again.", exception);
        }

        Position += bytes.Length;
    }

    /// <summary>The next bytes, up to eight, without reading on; fewer at the end.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        count = (int)Math.Min(count, Length - Position);
        if (_aheadCount < count)
        {
            _aheadCount += stream.ReadAtLeast(
                _ahead.AsSpan(_aheadCount, count - _aheadCount), count - _aheadCount, throwOnEndOfStream: false);
        }

        return _ahead.AsSpan(0, Math.Min(count, _aheadCount));
    }

    /// <summary>
    /// Eight bytes that are far ahead; <see langword="false"/> where they are not to be had, as from deflated data, which would have to be
    /// inflated anew.
    /// </summary>
    public bool TryPeekAt(long position, Span<byte> bytes)
    {
        if (stream is InflatedStream || position > Length - bytes.Length)
        {
            return false;
        }

        stream.Position = position;
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        stream.Position = Position + _aheadCount;
        return read == bytes.Length;
    }

    /// <summary>Reads a value and puts it into little endian byte order.</summary>
    public byte[] ReadValue(DicomTag tag, uint length, DicomVr vr)
    {
        Require(tag, length);
        Take(length);
        var value = length == 0 ? [] : new byte[length];
        Fill(value);
        if (BigEndian)
        {
            SwapBytes(value, vr.SwapUnit());
        }

        return value;
    }

    /// <summary>Notes the memory of an element, an item or a fragment.</summary>
    /// <exception cref="DicomDataException">It is more than the file allows.</exception>
    public void Take(long bytes)
    {
        try
        {
            meter.Take(bytes + ElementSize);
        }
        catch (InvalidDataException exception)
        {
            throw new DicomDataException($"{exception.Message}.", exception);
        }
    }

    public void Skip(DicomTag tag, long bytes)
    {
        Require(tag, bytes);
        Position += bytes;
        _aheadCount = 0;
        stream.Position = Position;
    }

    public static void SwapBytes(Span<byte> value, int unit)
    {
        for (var at = 0; unit > 1 && at + unit <= value.Length; at += unit)
        {
            value.Slice(at, unit).Reverse();
        }
    }

    private void TakeAhead(int count, Span<byte> bytes)
    {
        _ahead.AsSpan(0, count).CopyTo(bytes);
        _ahead.AsSpan(count, _aheadCount - count).CopyTo(_ahead);
        _aheadCount -= count;
    }

    private void Require(DicomTag tag, long bytes)
    {
        if (!Has(bytes))
        {
            throw new DicomDataException(
                $"{Tags.Name(tag)} says that it has {bytes} bytes and {Length - Position} are left; the file is truncated or damaged.");
        }
    }
}
