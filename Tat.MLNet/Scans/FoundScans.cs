using Tat.MLNet.Formats;

namespace Tat.MLNet.Scans;

/// <summary>The scans found at some paths.</summary>
/// <param name="Scans">The scans, in the order of the paths and of their names.</param>
/// <param name="LeftOut">Files that look like images but belong to no scan: damaged ones, colour captures, reports, segmentations.</param>
public sealed record FoundScans(IReadOnlyList<ScanSource> Scans, IReadOnlyList<LeftOutFile> LeftOut);
