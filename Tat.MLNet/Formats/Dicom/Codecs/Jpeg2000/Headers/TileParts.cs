namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The tile-parts of a tile, joined.</summary>
internal sealed class TileParts
{
    private readonly List<ReadOnlyMemory<byte>> _packets = [];
    private readonly List<ReadOnlyMemory<byte>> _headers = [];

    /// <summary>What the headers of the tile-parts say.</summary>
    public Parameters Parameters { get; } = new();

    public void Add(ReadOnlyMemory<byte> packets) => _packets.Add(packets);

    /// <summary>Adds packet headers that stand in the main header.</summary>
    public void AddHeaders(ReadOnlyMemory<byte> headers) => _headers.Add(headers);

    /// <summary>The packets, without their headers where these stand elsewhere.</summary>
    public ReadOnlyMemory<byte> JoinPackets() => Join(_packets);

    /// <summary>
    /// The packet headers that stand in the main header or in those of the tile-parts; <see langword="null"/> where they stand before each
    /// packet.
    /// </summary>
    public ReadOnlyMemory<byte>? JoinHeaders()
    {
        if (_headers.Count > 0)
        {
            return Join(_headers);
        }

        return Parameters.HasPackedHeaders ? (ReadOnlyMemory<byte>)Parameters.JoinPackedHeaders() : (ReadOnlyMemory<byte>?)null;
    }

    private static ReadOnlyMemory<byte> Join(List<ReadOnlyMemory<byte>> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var joined = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined.AsMemory(at));
            at += part.Length;
        }

        return joined;
    }
}
