using System.Buffers.Binary;
using System.Numerics;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>Reads packets: which code-blocks they carry data of, and where these are (section B.10).</summary>
internal sealed class PacketReader(ReadOnlyMemory<byte> packets, ReadOnlyMemory<byte>? headers, PacketStyle style, BlockStyle blocks)
{
    private const int StartMarkerBytes = 6;

    /// <summary>More bit-planes than a band can have.</summary>
    private const int MostPlanes = 128;
    private readonly List<(CodeBlock Block, int Length, int Passes)> _parts = [];

    /// <summary>Where the next packet begins.</summary>
    private int _at;

    /// <summary>Where the next header begins, if headers stand by themselves.</summary>
    private int _headerAt;

    /// <summary>Reads a packet.</summary>
    /// <exception cref="DicomDataException">It is damaged or missing.</exception>
    public void Read(Resolution resolution, int precinct, int layer)
    {
        var data = packets.Span;
        if (style.HasStartMarkers && IsMarker(data, _at, Marker.StartOfPacket))
        {
            _at += StartMarkerBytes;
        }

        if (headers is { } separate)
        {
            ReadHeader(separate.Span, ref _headerAt, resolution, precinct, layer);
        }
        else
        {
            ReadHeader(data, ref _at, resolution, precinct, layer);
        }

        foreach (var (block, length, passes) in _parts)
        {
            if (length > data.Length - _at)
            {
                throw Jpeg2000Frame.Damaged();
            }

            block.Add(_at, length, passes);
            _at += length;
        }
    }

    /// <summary>Refuses data after the last packet, other than zeros: packets were lost or misread.</summary>
    public void End()
    {
        if (_at > packets.Length || packets.Span[_at..].ContainsAnyExcept((byte)0))
        {
            throw Jpeg2000Frame.Damaged();
        }
    }

    private static bool IsMarker(ReadOnlySpan<byte> data, int at, Marker marker) =>
        at + 2 <= data.Length && (Marker)BinaryPrimitives.ReadUInt16BigEndian(data[at..]) == marker;

    private void ReadHeader(ReadOnlySpan<byte> data, ref int at, Resolution resolution, int precinct, int layer)
    {
        _parts.Clear();
        var bits = new PacketHeaderBits(data[Math.Min(at, data.Length)..]);
        if (bits.ReadBit() == 1)
        {
            foreach (var band in resolution.Precinct(precinct))
            {
                ReadBand(band, layer, ref bits);
            }
        }

        bits.End();
        at += bits.Position;
        if (style.HasEndMarkers && IsMarker(data, at, Marker.EndOfPacketHeader))
        {
            at += 2;
        }
    }

    private void ReadBand(PrecinctBand band, int layer, ref PacketHeaderBits bits)
    {
        for (var y = 0; y < band.Down; y++)
        {
            for (var x = 0; x < band.Across; x++)
            {
                var block = band.Find(x, y);
                if (block is null ? band.Inclusion.IsLess(x, y, layer + 1, ref bits) : bits.ReadBit() == 1)
                {
                    ReadLengths(block ?? band.Add(x, y, ReadMissingPlanes(band, x, y, ref bits)), ref bits);
                }
            }
        }
    }

    private static int ReadMissingPlanes(PrecinctBand band, int x, int y, ref PacketHeaderBits bits)
    {
        var planes = 0;
        while (!band.MissingPlanes.IsLess(x, y, planes + 1, ref bits))
        {
            planes = planes < MostPlanes ? planes + 1 : throw Jpeg2000Frame.Damaged();
        }

        return planes;
    }

    private void ReadLengths(CodeBlock block, ref PacketHeaderBits bits)
    {
        var passes = ReadPasses(ref bits);
        while (bits.ReadBit() == 1)
        {
            block.LengthBits++;
        }

        for (var first = block.Passes; passes > 0;)
        {
            var count = Math.Min(passes, CodingPass.EndOfSegment(first, blocks) - first);
            var lengthBits = block.LengthBits + BitOperations.Log2((uint)count);
            _parts.Add((block, lengthBits < 32 ? bits.Read(lengthBits) : throw Jpeg2000Frame.Damaged(), count));
            passes -= count;
            first += count;
        }
    }

    /// <summary>Table B.4.</summary>
    private static int ReadPasses(ref PacketHeaderBits bits)
    {
        if (bits.ReadBit() == 0)
        {
            return 1;
        }

        if (bits.ReadBit() == 0)
        {
            return 2;
        }

        var more = bits.Read(2);
        if (more < 3)
        {
            return 3 + more;
        }

        more = bits.Read(5);
        return more < 31 ? 6 + more : 37 + bits.Read(7);
    }
}
