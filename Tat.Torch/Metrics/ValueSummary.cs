namespace Tat.Torch.Metrics;

/// <summary>Mean and spread of one metric over images.</summary>
/// <param name="Mean">The arithmetic mean; NaN if <paramref name="Count"/> is 0.</param>
/// <param name="StandardDeviation">The sample standard deviation (divisor n − 1); 0 for a single value, NaN if <paramref name="Count"/> is
/// 0.</param>
/// <param name="Count">Number of values, all finite.</param>
public readonly record struct ValueSummary(double Mean, double StandardDeviation, int Count)
{
    /// <summary>Summarises the finite ones of some values; infinities and NaN are left out.</summary>
    /// <param name="values">The values.</param>
    public static ValueSummary OfFinite(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var (mean, squares, count) = (0.0, 0.0, 0);
        foreach (var value in values.Where(double.IsFinite))
        {
            // Welford's update: no cancellation between large sums.
            count++;
            var difference = value - mean;
            mean += difference / count;
            squares += difference * (value - mean);
        }

        return count == 0 ? new(double.NaN, double.NaN, 0) : new(mean, count == 1 ? 0 : Math.Sqrt(squares / (count - 1)), count);
    }
}
