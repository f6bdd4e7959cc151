namespace Tat.Samples.Service.Jobs;

/// <summary>A scan of a job that was restored.</summary>
/// <param name="Source">The file or folder that holds it, relative to the job's source; empty for that itself.</param>
/// <param name="SeriesInstanceUid">The DICOM series in that folder; <see langword="null"/> for a file.</param>
/// <param name="Result">The file or folder that was written, relative to the job's result.</param>
/// <param name="Task">The task.</param>
/// <param name="Files">All files that were written, relative to the job's result.</param>
public sealed record RestoredScan(
    string Source, string? SeriesInstanceUid, string Result, string Task, IReadOnlyList<ResultFile> Files);
