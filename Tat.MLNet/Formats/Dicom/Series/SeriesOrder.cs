namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>The slices of a series in the order of a scan.</summary>
/// <param name="Slices">Along their normal, volume by volume.</param>
/// <param name="SlicesPerVolume">How many make a volume.</param>
/// <param name="Spacing">The distance between neighbouring slices in mm; <see langword="null"/> where there is no single one.</param>
/// <param name="Problems">What keeps them from being regular volumes, as sentences.</param>
/// <param name="Remarks">What else is to be said of them.</param>
internal sealed record SeriesOrder(
    List<DicomSlice> Slices, int SlicesPerVolume, double? Spacing, IReadOnlyList<string> Problems, IReadOnlyList<string> Remarks)
{
    /// <summary>Whether slices lie beside each other: cuts in another plane would need resampling.</summary>
    public bool IsSheared { get; init; }

    /// <summary>The volumes, where they have no grid in common: consecutive parts of the slices; else none.</summary>
    public IReadOnlyList<SeriesOrder> Parts { get; init; } = [];

    /// <summary>Puts volumes behind each other that have no grid in common.</summary>
    /// <param name="parts">The volumes, at least two.</param>
    /// <param name="difference">What they differ by.</param>
    public static SeriesOrder Join(IReadOnlyList<SeriesOrder> parts, string difference)
    {
        IReadOnlyList<SeriesOrder> all = [.. parts.SelectMany(part => part.Parts.Count > 0 ? part.Parts : [part])];
        List<DicomSlice> slices = [.. parts.SelectMany(part => part.Slices)];
        var remark =
            $"{parts.Count} parts of {string.Join(", ", parts.Select(part => part.Slices.Count))} slices, which differ by {difference}";
        string[] problems = [.. parts.SelectMany(part => part.Problems).Distinct()];
        string[] remarks = [.. parts.SelectMany(part => part.Remarks).Distinct()];
        return new(slices, slices.Count, null, problems.Length > 0 ? [remark, .. problems] : [],
            problems.Length > 0 ? remarks : [remark, .. remarks])
        {
            IsSheared = parts.Any(part => part.IsSheared),
            Parts = all,
        };
    }
}
