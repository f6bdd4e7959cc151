namespace Tat.Torch.Metrics;

/// <summary>
/// p-values of several tests, corrected for their number: Holm's step-down method (Scandinavian Journal of Statistics 1979). A corrected
/// value below 0.05 is wrong in no more than 5 % of all sets of tests, however the tests depend on each other.
/// </summary>
public static class HolmCorrection
{
    /// <summary>Corrects p-values.</summary>
    /// <param name="pValues">One of each test; NaN of tests that could not be made, which do not count.</param>
    /// <returns>The corrected values in the same order.</returns>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        double[] adjusted = [.. pValues];
        int[] order = [.. Enumerable.Range(0, adjusted.Length).Where(i => !double.IsNaN(pValues[i])).OrderBy(i => pValues[i])];
        var highest = 0.0;
        foreach (var (rank, i) in order.Index())
        {
            highest = Math.Max(highest, Math.Min(1, (order.Length - rank) * pValues[i]));
            adjusted[i] = highest;
        }

        return adjusted;
    }
}
