namespace Tat.Torch.Metrics;

/// <summary>Probabilities of the standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>Within so many standard deviations on either side are 95 % of the values.</summary>
    public const double Width95 = 1.959963984540054;

    /// <summary>How often a value is further from zero, on either side.</summary>
    /// <param name="distance">Standard deviations; the sign does not matter.</param>
    public static double TwoSided(double distance) =>
        Math.Min(1, ComplementaryErrorFunction(Math.Abs(distance) / Math.Sqrt(2)));

    /// <summary>
    /// How often a normally distributed value is at least as far from zero if zero were its mean; 1 for zero itself, and NaN for another
    /// whose standard error is unknown or zero.
    /// </summary>
    public static double PValueOf(double value, double standardError) =>
        value == 0 ? 1 : standardError > 0 ? TwoSided(value / standardError) : double.NaN;

    /// <summary>
    /// erfc(x) for x ≥ 0: the series of erf for small x, the continued fraction for large x (Abramowitz and Stegun 7.1.6, 7.1.14).
    /// </summary>
    private static double ComplementaryErrorFunction(double x)
    {
        const int Terms = 120;
        var gaussian = Math.Exp(-x * x) / Math.Sqrt(Math.PI);
        if (x < 2)
        {
            var (term, sum) = (x, x);
            for (var n = 1; n < Terms; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 1 - (2 * gaussian * sum);
        }

        var fraction = 0.0;
        for (var n = Terms; n > 0; n--)
        {
            fraction = n / 2.0 / (x + fraction);
        }

        return gaussian / (x + fraction);
    }
}
