namespace Tat.MLNet.Scans;

/// <summary>How far the restoration of a scan is.</summary>
/// <param name="Slices">Slices that are restored, with a fraction for one in tiles.</param>
/// <param name="Count">All slices.</param>
public readonly record struct ScanProgress(double Slices, int Count);
