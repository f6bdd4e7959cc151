namespace Tat.MLNet.Formats.Contracts;

/// <summary>A file of a restored image.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="SeriesInstanceUid">Its new series, in DICOM.</param>
/// <param name="SopInstanceUid">Its new UID, in DICOM.</param>
internal sealed record WrittenFile(string Path, string? SeriesInstanceUid = null, string? SopInstanceUid = null);
