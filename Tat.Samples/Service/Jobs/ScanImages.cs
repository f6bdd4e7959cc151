namespace Tat.Samples.Service.Jobs;

/// <summary>A scan before and after.</summary>
/// <param name="Task">The task.</param>
/// <param name="Source">What the file, or the folder that holds the series, is called.</param>
/// <param name="SeriesInstanceUid">The DICOM series in that folder; <see langword="null"/> for a file.</param>
/// <param name="Result">What the file or folder of the restored scan is called.</param>
/// <param name="Margin">What that of its margins is called; <see langword="null"/> where there are none.</param>
public sealed record ScanImages(string Task, string Source, string? SeriesInstanceUid, string Result, string? Margin);
