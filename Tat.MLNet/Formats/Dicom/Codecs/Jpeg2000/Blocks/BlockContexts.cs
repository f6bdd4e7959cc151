using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>Which context a decision has, from the flags of its coefficient (section D.3).</summary>
internal static class BlockContexts
{
    // The neighbours that are significant.
    public const int North = 1;
    public const int South = 2;
    public const int West = 4;
    public const int East = 8;
    public const int NorthWest = 16;
    public const int NorthEast = 32;
    public const int SouthWest = 64;
    public const int SouthEast = 128;
    public const int Neighbours = 255;

    /// <summary>From the bit of a neighbour to the one that tells that it is negative, for the first four.</summary>
    public const int ToSign = 8;

    // What is known of the coefficient itself.
    public const int Significant = 1 << 12;
    public const int Visited = 1 << 13;
    public const int Refined = 1 << 14;

    // The contexts.
    public const int FirstSign = 9;
    public const int FirstRefinement = 14;
    public const int RunLength = 17;
    public const int Uniform = 18;
    public const int Count = 19;

    private static readonly byte[] _sums = MakeSignificance((across, down, diagonal) => (across, down, diagonal) switch
    {
        (2, _, _) => 8,
        (1, >= 1, _) => 7,
        (1, 0, >= 1) => 6,
        (1, 0, 0) => 5,
        (0, 2, _) => 4,
        (0, 1, _) => 3,
        _ => Math.Min(diagonal, 2),
    });

    private static readonly byte[] _sumsAcross = MakeSignificance((across, down, diagonal) => _sums[FlagsOf(down, across, diagonal)]);

    private static readonly byte[] _sumsDiagonal = MakeSignificance((across, down, diagonal) => diagonal switch
    {
        0 => Math.Min(across + down, 2),
        1 => 3 + Math.Min(across + down, 2),
        2 => 6 + Math.Min(across + down, 1),
        _ => 8,
    });

    private static readonly (byte Context, bool IsInverted)[] _signs = MakeSigns();

    /// <summary>The context of each combination of significant neighbours in a band (table D.1).</summary>
    public static ReadOnlySpan<byte> OfSignificance(Band band) => !band.IsHighX ? _sums : band.IsHighY ? _sumsDiagonal : _sumsAcross;

    /// <summary>The context of a sign, and whether the decision is inverted (tables D.2 and D.3).</summary>
    public static (int Context, bool IsInverted) Sign(int flags) => _signs[(flags & 15) | ((flags >> 4) & 0xF0)];

    /// <summary>The context of a refinement (table D.4).</summary>
    public static int Refinement(int flags) => FirstRefinement + ((flags & Refined) != 0 ? 2 : (flags & Neighbours) != 0 ? 1 : 0);

    /// <summary>Puts the contexts into their first states (table D.7).</summary>
    public static void Reset(Span<uint> contexts)
    {
        contexts.Fill(MqStates.Initial(0));
        contexts[0] = MqStates.Initial(4);
        contexts[RunLength] = MqStates.Initial(3);
        contexts[Uniform] = MqStates.Initial(46);
    }

    private static byte[] MakeSignificance(Func<int, int, int, int> context)
    {
        var contexts = new byte[256];
        for (var flags = 0; flags < contexts.Length; flags++)
        {
            int Number(int first, int second) => ((flags & first) != 0 ? 1 : 0) + ((flags & second) != 0 ? 1 : 0);
            contexts[flags] = (byte)context(
                Number(West, East), Number(North, South), Number(NorthWest, NorthEast) + Number(SouthWest, SouthEast));
        }

        return contexts;
    }

    /// <summary>Some flags with so many neighbours.</summary>
    private static int FlagsOf(int across, int down, int diagonal) =>
        (across > 0 ? West : 0) | (across > 1 ? East : 0) | (down > 0 ? North : 0) | (down > 1 ? South : 0) | (((1 << diagonal) - 1) << 4);

    private static (byte Context, bool IsInverted)[] MakeSigns()
    {
        var signs = new (byte, bool)[256];
        for (var flags = 0; flags < signs.Length; flags++)
        {
            int Contribution(int neighbour) => (flags & neighbour) == 0 ? 0 : (flags & (neighbour << 4)) == 0 ? 1 : -1;
            var across = Math.Clamp(Contribution(West) + Contribution(East), -1, 1);
            var down = Math.Clamp(Contribution(North) + Contribution(South), -1, 1);
            var isInverted = across < 0 || (across == 0 && down < 0);
            var context = FirstSign + (across == 0 ? Math.Abs(down) : 3 + (across * down));
            signs[flags] = ((byte)context, isInverted);
        }

        return signs;
    }
}
