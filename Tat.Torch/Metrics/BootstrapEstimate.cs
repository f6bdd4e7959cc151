using Tat.Torch.Randomness;

namespace Tat.Torch.Metrics;

/// <summary>
/// A figure that follows from many cases, with its standard error by the bootstrap (Efron, Annals of Statistics 1979): the spread of the
/// figure where as many cases are drawn, with replacement, from those that there are.
/// </summary>
/// <remarks>
/// It holds where no formula does: for a figure that goes through thresholds which the cases themselves have set, and for cases (patients,
/// phantoms) that hold several values each. Interval and p take the figure to be normally distributed.
/// </remarks>
public sealed record BootstrapEstimate
{
    private BootstrapEstimate()
    {
    }

    /// <summary>The figure of the cases themselves.</summary>
    public double Value { get; private init; }

    /// <summary>Of the figure; NaN with fewer than two cases.</summary>
    public double StandardError { get; private init; }

    /// <summary>The true figure is within these bounds with a confidence of 95 %.</summary>
    public (double Low, double High) Interval =>
        (Value - (NormalDistribution.Width95 * StandardError), Value + (NormalDistribution.Width95 * StandardError));

    /// <summary>
    /// Probability of a figure at least as far from zero if zero were the truth, two-sided; 1 where it is zero, and NaN where it is not and
    /// its standard error is unknown or zero.
    /// </summary>
    public double PValue => NormalDistribution.PValueOf(Value, StandardError);

    /// <summary>Estimates a figure.</summary>
    /// <param name="cases">How many cases there are, at least one.</param>
    /// <param name="statistic">Computes the figure from the numbers of cases, 0 … <paramref name="cases"/> − 1, of which one may come more
    /// than once.</param>
    /// <param name="seed">Decides which cases are drawn.</param>
    /// <param name="resamples">How often cases are drawn.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no cases, or fewer than two samples are to be drawn.</exception>
    public static BootstrapEstimate Of(int cases, Func<IReadOnlyList<int>, double> statistic, ulong seed, int resamples = 1000)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(cases, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        var random = new RandomStream(seed, Streams.Resample);
        var drawn = new int[cases];
        var figures = new double[cases < 2 ? 0 : resamples];
        for (var i = 0; i < figures.Length; i++)
        {
            for (var j = 0; j < cases; j++)
            {
                drawn[j] = random.Next(cases);
            }

            figures[i] = statistic(drawn);
        }

        return new()
        {
            Value = statistic([.. Enumerable.Range(0, cases)]),
            StandardError = ValueSummary.OfFinite(figures).StandardDeviation,
        };
    }
}
