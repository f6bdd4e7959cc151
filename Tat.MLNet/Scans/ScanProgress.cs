namespace Tat.MLNet.Scans;

/// <summary>The progress of the restoration of a scan.</summary>
/// <param name="Slices">The number of restored slices, with a fraction for one that is restored in tiles.</param>
/// <param name="Count">All slices.</param>
public readonly record struct ScanProgress(double Slices, int Count);
