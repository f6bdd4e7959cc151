namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>The slices of a series in the order of a scan.</summary>
/// <param name="Slices">Along their normal, volume by volume.</param>
/// <param name="SlicesPerVolume">How many make a volume.</param>
/// <param name="Spacing">The distance between neighbouring slices in mm; <see langword="null"/> where there is no single one.</param>
/// <param name="Problems">What keeps them from being regular volumes, as sentences.</param>
/// <param name="Remarks">What else is to be said of them.</param>
internal sealed record SeriesOrder(List<DicomSlice> Slices, int SlicesPerVolume, double? Spacing, IReadOnlyList<string> Problems, IReadOnlyList<string> Remarks)
{
    /// <summary>Whether slices lie beside each other: cuts in another plane would need resampling.</summary>
    public bool IsSheared { get; init; }
}
