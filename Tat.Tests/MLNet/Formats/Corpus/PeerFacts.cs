namespace Tat.Tests.Formats.Corpus;

/// <summary>What an independent program says of an image; values are physical ones.</summary>
internal sealed record PeerFacts
{
    /// <summary>Why it could not read the file.</summary>
    public string? Error { get; init; }

    public int Rows { get; init; }

    public int Columns { get; init; }

    public long Frames { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    public double? Mean { get; init; }

    public long NonFinite { get; init; }

    public double? RowSpacing { get; init; }

    public double? ColumnSpacing { get; init; }

    public double? SliceSpacing { get; init; }

    /// <summary>By how much decoders may differ: one stored unit for lossy compression.</summary>
    public double Slack { get; init; }

    /// <summary>
    /// The same without masking bits that are not stored, where that differs: such bits are garbage, or belong to numbers larger than Bits
    /// Stored tells, and both readings are right.
    /// </summary>
    public PeerFacts? WholeWords { get; init; }

    /// <summary>The 3 × 4 numbers of the map to the patient, row by row.</summary>
    public double[]? Affine { get; init; }

    /// <summary>One image of the parts into which a program divided a series; the map is that of a part that is alone.</summary>
    public static PeerFacts Join(IReadOnlyList<PeerFacts> parts) => parts.Count == 1 ? parts[0] : parts[0] with
    {
        Error = parts.Select(part => part.Error).FirstOrDefault(error => error is not null)
            ?? (parts.Any(part => (part.Rows, part.Columns) != (parts[0].Rows, parts[0].Columns)) ? "images of several sizes" : null),
        Frames = parts.Sum(part => part.Frames),
        Min = parts.Min(part => part.Min),
        Max = parts.Max(part => part.Max),
        Mean = parts.Sum(part => part.Mean * part.Frames) / parts.Sum(part => part.Frames),
        NonFinite = parts.Sum(part => part.NonFinite),
        SliceSpacing = null,
        Affine = null,
    };
}
