namespace Tat.Samples.Service.Jobs;

/// <summary>A scan before and after.</summary>
/// <param name="Task">The task.</param>
/// <param name="Source">The file, or the folder that holds the series.</param>
/// <param name="SeriesInstanceUid">The DICOM series in that folder; <see langword="null"/> for a file.</param>
/// <param name="Result">The file or folder of the restored scan.</param>
public sealed record ScanImages(string Task, string Source, string? SeriesInstanceUid, string Result);
