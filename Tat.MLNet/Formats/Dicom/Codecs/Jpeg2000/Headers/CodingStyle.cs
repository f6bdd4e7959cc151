using System.Buffers.Binary;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>How packets follow each other (table A.14).</summary>
/// <param name="Order">The progression.</param>
/// <param name="Layers">Layers of quality.</param>
/// <param name="HasStartMarkers">Whether packets may begin with a marker.</param>
/// <param name="HasEndMarkers">Whether packet headers end with a marker.</param>
internal sealed record PacketStyle(ProgressionOrder Order, int Layers, bool HasStartMarkers, bool HasEndMarkers)
{
    /// <summary>Reads the part of a COD segment before that of components.</summary>
    public static PacketStyle Read(ReadOnlySpan<byte> segment)
    {
        var layers = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        return segment[1] <= (byte)ProgressionOrder.ComponentPosition && layers > 0
            ? new PacketStyle((ProgressionOrder)segment[1], layers, (segment[0] & 2) != 0, (segment[0] & 4) != 0)
            : throw Jpeg2000Failure.Damaged();
    }
}

/// <summary>How a component is cut up and transformed (table A.15).</summary>
/// <param name="Levels">Levels of the wavelet transform.</param>
/// <param name="BlockWidth">Width of a code-block as a power of two.</param>
/// <param name="BlockHeight">Height of a code-block as a power of two.</param>
/// <param name="Blocks">How code-blocks are coded.</param>
/// <param name="IsReversible">Whether the transform is the 5/3 one of integers; else the 9/7 one.</param>
/// <param name="Precincts">The size of the precincts of each resolution as powers of two.</param>
internal sealed record CodingStyle(
    int Levels, int BlockWidth, int BlockHeight, BlockStyle Blocks, bool IsReversible, (int Width, int Height)[] Precincts)
{
    private const int MostLevels = 32;
    private const int LargestPrecinct = 15;

    /// <summary>Reads the part of a COD or COC segment that is about components.</summary>
    public static CodingStyle Read(ReadOnlySpan<byte> segment, bool hasPrecincts)
    {
        var levels = segment.Length >= 5 ? segment[0] : byte.MaxValue;
        if (levels > MostLevels || (hasPrecincts && segment.Length < 6 + levels))
        {
            throw Jpeg2000Failure.Damaged();
        }

        var (width, height) = (segment[1] + 2, segment[2] + 2);
        var style = (BlockStyle)segment[3];
        if (style.HasFlag(BlockStyle.HighThroughput))
        {
            throw Jpeg2000Failure.Unsupported("is of High-Throughput JPEG 2000");
        }

        if (width > 10 || height > 10 || width + height > 12 || segment[4] > 1)
        {
            throw Jpeg2000Failure.Damaged();
        }

        var precincts = new (int, int)[levels + 1];
        for (var resolution = 0; resolution <= levels; resolution++)
        {
            var size = hasPrecincts ? segment[5 + resolution] : (LargestPrecinct << 4) | LargestPrecinct;
            precincts[resolution] = (size & 15, size >> 4);

            // A precinct of a resolution other than the lowest has half that size in each of its bands.
            if (resolution > 0 && (size >> 4 == 0 || (size & 15) == 0))
            {
                throw Jpeg2000Failure.Damaged();
            }
        }

        return new CodingStyle(levels, width, height, style, segment[4] == 1, precincts);
    }
}

/// <summary>How code-blocks are coded (table A.19).</summary>
[Flags]
internal enum BlockStyle : byte
{
    /// <summary>Some passes are not arithmetically coded.</summary>
    Bypass = 1,

    /// <summary>Contexts begin anew with each pass.</summary>
    Reset = 2,

    /// <summary>Each pass is a codeword segment.</summary>
    TerminateAll = 4,

    /// <summary>A stripe does not depend on the next one.</summary>
    VerticallyCausal = 8,

    /// <summary>Codeword segments end in a way that shows errors.</summary>
    PredictableTermination = 16,

    /// <summary>A bit-plane ends with a known symbol.</summary>
    SegmentationSymbols = 32,

    /// <summary>Block coding of ITU-T T.814.</summary>
    HighThroughput = 64,
}
