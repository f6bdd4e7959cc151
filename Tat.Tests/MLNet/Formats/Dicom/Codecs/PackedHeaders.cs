using System.Buffers.Binary;

namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>
/// Moves the packet headers of a JPEG 2000 codestream with SOP and EPH markers to the main header or to those of its tile-parts.
/// </summary>
internal static class PackedHeaders
{
    private static readonly byte[] _startOfPacket = [0xFF, 0x91, 0, 4];
    private static readonly byte[] _endOfHeader = [0xFF, 0x92];

    /// <summary>Moves the packet headers into one marker segment of each tile-part.</summary>
    public static byte[] IntoTiles(byte[] stream) => Move(stream, (part, headers) => [Segment(0x61, part, headers)], _ => []);

    /// <summary>Moves the packet headers into marker segments of the main header, which break off anywhere.</summary>
    public static byte[] IntoMain(byte[] stream) => Move(stream, (_, _) => [], parts =>
    {
        var all = parts.SelectMany(part => (byte[])[.. Number((uint)part.Length), .. part]).ToArray();
        var middle = (all.Length / 2) + 1;

        // The order of the segments is that of their numbers, not of their places.
        return [Segment(0x60, 1, all[middle..]), Segment(0x60, 0, all[..middle])];
    });

    private static byte[] Move(byte[] stream, Func<byte, byte[], byte[][]> intoTilePart, Func<List<byte[]>, byte[][]> intoMain)
    {
        var (tileParts, all) = (new List<byte>(), new List<byte[]>());
        var first = stream.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x90]);
        var at = first;
        while (stream[at + 1] == 0x90)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(stream.AsSpan(at + 6));
            var data = at + stream.AsSpan(at).IndexOf((ReadOnlySpan<byte>)[0xFF, 0x93]) + 2;
            var (headers, packets) = Split(stream[data..(at + length)]);
            var segments = intoTilePart(stream[at + 10], headers).SelectMany(segment => segment).ToArray();
            var header = stream[at..(data - 2)];
            Number((uint)(header.Length + segments.Length + 2 + packets.Length)).CopyTo(header, 6);
            tileParts.AddRange([.. header, .. segments, 0xFF, 0x93, .. packets]);
            all.Add(headers);
            at += length;
        }

        return [.. stream[..first], .. intoMain(all).SelectMany(segment => segment), .. tileParts, 0xFF, 0xD9];
    }

    private static (byte[] Headers, byte[] Packets) Split(ReadOnlySpan<byte> data)
    {
        var (headers, packets) = (new List<byte>(), new List<byte>());
        while (data.Length > 0)
        {
            var end = data[6..].IndexOf(_startOfPacket);
            var packet = end < 0 ? data : data[..(6 + end)];
            var body = packet.IndexOf(_endOfHeader) + 2;
            headers.AddRange(packet[6..body]);
            packets.AddRange([.. packet[..6], .. packet[body..]]);
            data = data[packet.Length..];
        }

        return ([.. headers], [.. packets]);
    }

    private static byte[] Segment(byte marker, byte number, byte[] content) =>
        [0xFF, marker, (byte)((content.Length + 3) >> 8), (byte)(content.Length + 3), number, .. content];

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
