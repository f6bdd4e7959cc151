using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Restoring;

/// <summary>What was made of a job.</summary>
/// <param name="Result">The name under which the result is kept: the same for the same source, model and options.</param>
/// <param name="ModelHash">Which model exactly made it.</param>
/// <param name="Pixels">Pixels that the model restored, in all orientations.</param>
/// <param name="Scans">The scans that were restored.</param>
/// <param name="Warnings">What to know of them.</param>
public sealed record RestorationOutcome(
    string Result, string? ModelHash, long Pixels, IReadOnlyList<RestoredScan> Scans, IReadOnlyList<string> Warnings);
