using Tat.MLNet.Formats;

namespace Tat.Samples.Shared;

/// <summary>What JSON tells of a file that was left out.</summary>
/// <param name="File">The file.</param>
/// <param name="Series">The DICOM series that it belongs to; <see langword="null"/> where it does not tell.</param>
/// <param name="LeftOut">Why.</param>
/// <param name="IsDamaged">Whether a scan may lack it: it is an image and cannot be read.</param>
internal sealed record LeftOutFacts(string File, string? Series, string LeftOut, bool IsDamaged)
{
    /// <summary>The facts of files.</summary>
    public static IEnumerable<object> Of(IEnumerable<LeftOutFile> files) =>
        files.Select(file => new LeftOutFacts(file.Path, file.SeriesInstanceUid, file.Reason, file.IsDamaged));
}
