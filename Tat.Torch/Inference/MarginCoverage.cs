using Tat.Torch.Model;

namespace Tat.Torch.Inference;

/// <summary>The factors of a task, and what they are worth on scans that they were not found on.</summary>
/// <param name="Task">The name of the task.</param>
/// <param name="Factors">Found on all scans; <see cref="MarginFactors.Coverage"/> was measured scan by scan with those of the
/// others.</param>
/// <param name="OfBody">The share of values that intervals held, likewise, where the restored value is above 1 % of the range.</param>
/// <param name="ByScan">The share of all values of each scan.</param>
public sealed record MarginCoverage(
    string Task, MarginFactors Factors, double OfBody, IReadOnlyDictionary<string, double> ByScan);
