using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>What follows from the number of a coding pass of a code-block, the first being 0 (sections D.3, D.4 and D.6).</summary>
internal static class CodingPass
{
    /// <summary>The passes that are arithmetically coded where some are not: those of the four highest bit-planes.</summary>
    private const int PassesBeforeBypass = 10;

    /// <summary>The kind of a pass: a bit-plane has one of each, the highest one only the last.</summary>
    public static PassKind KindOf(int pass) => (PassKind)((pass + 2) % 3);

    /// <summary>How many bit-planes lie above that of a pass.</summary>
    public static int PlaneOf(int pass) => (pass + 2) / 3;

    /// <summary>The most passes that so many bit-planes have.</summary>
    public static int CountOf(int planes) => Math.Max(0, (3 * planes) - 2);

    /// <summary>Whether a pass is of plain bits.</summary>
    public static bool IsBypassed(int pass, BlockStyle style) =>
        style.HasFlag(BlockStyle.Bypass) && pass >= PassesBeforeBypass && KindOf(pass) != PassKind.Cleanup;

    /// <summary>The pass after the last one of the codeword segment that a pass is in.</summary>
    public static int EndOfSegment(int pass, BlockStyle style)
    {
        if (style.HasFlag(BlockStyle.TerminateAll))
        {
            return pass + 1;
        }

        if (!style.HasFlag(BlockStyle.Bypass))
        {
            return int.MaxValue;
        }

        return pass < PassesBeforeBypass ? PassesBeforeBypass : KindOf(pass) == PassKind.Significance ? pass + 2 : pass + 1;
    }
}

/// <summary>The kinds of coding passes.</summary>
internal enum PassKind
{
    /// <summary>Coefficients that may become significant, as neighbours of significant ones.</summary>
    Significance,

    /// <summary>Coefficients that are significant.</summary>
    Refinement,

    /// <summary>All others.</summary>
    Cleanup,
}
