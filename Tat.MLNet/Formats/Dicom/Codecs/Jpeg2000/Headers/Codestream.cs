using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The headers of a codestream, and where the packets of its tiles are (annex A).</summary>
internal sealed class Codestream
{
    private const int TilePartHeader = 12;

    private readonly ReadOnlyMemory<byte> _data;
    private readonly Dictionary<int, TileParts> _tiles = [];

    /// <summary>Packet headers of the main header that belong to tile-parts not yet read.</summary>
    private ReadOnlyMemory<byte> _packedHeaders;

    private Codestream(ReadOnlyMemory<byte> data, ImageSize size) => (_data, Size) = (data, size);

    public ImageSize Size { get; }

    /// <summary>What the main header says.</summary>
    public Parameters Main { get; } = new();

    /// <summary>Reads the main header and the headers of all tile-parts.</summary>
    /// <exception cref="DicomDataException">They are damaged.</exception>
    public static Codestream Read(ReadOnlyMemory<byte> data)
    {
        var at = 2;
        if (data.Length < 4 || MarkerAt(data, 0) != Marker.StartOfCodestream || MarkerAt(data, at) != Marker.ImageSize)
        {
            throw Jpeg2000Failure.Damaged();
        }

        var codestream = new Codestream(data, new ImageSize(NextSegment(data, ref at).Span));
        codestream.ReadMain(at);
        return codestream;
    }

    /// <summary>The tile-parts of a tile.</summary>
    /// <exception cref="DicomDataException">There is none.</exception>
    public TileParts Tile(int index) => _tiles.GetValueOrDefault(index) ?? throw Jpeg2000Failure.Damaged();

    private static Marker MarkerAt(ReadOnlyMemory<byte> data, int at) =>
        at + 2 <= data.Length ? (Marker)BinaryPrimitives.ReadUInt16BigEndian(data.Span[at..]) : throw Jpeg2000Failure.Damaged();

    /// <summary>The content of the marker segment at a place, which moves behind it.</summary>
    private static ReadOnlyMemory<byte> NextSegment(ReadOnlyMemory<byte> data, ref int at)
    {
        var length = at + 4 <= data.Length ? BinaryPrimitives.ReadUInt16BigEndian(data.Span[(at + 2)..]) : 0;
        if (length < 2 || length > data.Length - at - 2)
        {
            throw Jpeg2000Failure.Damaged();
        }

        var content = data.Slice(at + 4, length - 2);
        at += 2 + length;
        return content;
    }

    /// <summary>Reads marker segments up to a marker.</summary>
    private static void ReadHeader(ReadOnlyMemory<byte> data, ref int at, Marker end, Parameters parameters)
    {
        for (var marker = MarkerAt(data, at); marker != end; marker = MarkerAt(data, at))
        {
            if (marker is >= Marker.FirstWithoutSegment and <= Marker.LastWithoutSegment)
            {
                at += 2;
            }
            else
            {
                parameters.Read(marker, NextSegment(data, ref at));
            }
        }
    }

    private void ReadMain(int at)
    {
        ReadHeader(_data, ref at, Marker.StartOfTilePart, Main);
        if (Size.Components == 1)
        {
            _packedHeaders = Main.JoinPackedHeaders();
            ReadTileParts(at);
        }
    }

    /// <summary>The end marker may be missing.</summary>
    private void ReadTileParts(int at)
    {
        while (at + 2 <= _data.Length && MarkerAt(_data, at) == Marker.StartOfTilePart)
        {
            var start = at;
            var segment = NextSegment(_data, ref at).Span;
            if (segment.Length < TilePartHeader - 4)
            {
                throw Jpeg2000Failure.Damaged();
            }

            var tile = BinaryPrimitives.ReadUInt16BigEndian(segment);
            long length = BinaryPrimitives.ReadUInt32BigEndian(segment[2..]);
            var end = length == 0 ? EndOfData(at) : (int)Math.Min(start + length, _data.Length);
            if (tile >= Size.TileCount)
            {
                throw Jpeg2000Failure.Damaged();
            }

            ReadTilePart(tile, at, end);
            at = end;
        }
    }

    private int EndOfData(int start)
    {
        var end = _data.Span[start..].LastIndexOf(
            (ReadOnlySpan<byte>)[(byte)((int)Marker.EndOfCodestream >> 8), (byte)((int)Marker.EndOfCodestream & 255)]);
        return end < 0 ? _data.Length : start + end;
    }

    private void ReadTilePart(int tile, int at, int end)
    {
        var data = _data[..end];
        if (!_tiles.TryGetValue(tile, out var parts))
        {
            _tiles[tile] = parts = new TileParts();
        }

        parts.Parameters.BeginPart();
        ReadHeader(data, ref at, Marker.StartOfData, parts.Parameters);
        parts.Add(data[(at + 2)..]);
        if (Main.HasPackedHeaders)
        {
            parts.AddHeaders(TakePackedHeaders());
        }
    }

    private ReadOnlyMemory<byte> TakePackedHeaders()
    {
        var length = _packedHeaders.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(_packedHeaders.Span) : uint.MaxValue;
        if (length > _packedHeaders.Length - 4)
        {
            throw Jpeg2000Failure.Damaged();
        }

        var headers = _packedHeaders.Slice(4, (int)length);
        _packedHeaders = _packedHeaders[(4 + (int)length)..];
        return headers;
    }
}
