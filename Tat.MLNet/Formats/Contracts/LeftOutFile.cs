namespace Tat.MLNet.Formats;

/// <summary>A file found among images that is damaged, or of a kind that cannot be restored.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why it was left out, as the rest of a sentence; no patient data.</param>
/// <param name="SeriesInstanceUid">The DICOM series that it belongs to; <see langword="null"/> where it does not tell.</param>
public sealed record LeftOutFile(string Path, string Reason, string? SeriesInstanceUid)
{
    /// <summary>Whether it should have been restored and cannot be: it is damaged, and no sound copy is there.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>The file, its series and the reason in one line.</summary>
    public override string ToString() =>
        $"'{Path}'{(SeriesInstanceUid is null ? "" : $" (series {SeriesInstanceUid})")} is left out: {Reason}";
}
