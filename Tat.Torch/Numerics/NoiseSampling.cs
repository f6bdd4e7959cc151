using Tat.Torch.Randomness;

namespace Tat.Torch.Numerics;

/// <summary>Draws from the distributions of physical noise.</summary>
internal static class NoiseSampling
{
    /// <summary>Below this mean, adding up probabilities is quicker than rejection.</summary>
    private const double SmallMean = 10;

    /// <summary>ln k! for small k, where Stirling's series is not exact enough.</summary>
    private static readonly double[] _logFactorials = LogFactorials(32);

    /// <summary>A number of [<paramref name="minimum"/>, <paramref name="maximum"/>).</summary>
    public static double NextUniform(this ref RandomStream random, double minimum, double maximum) =>
        minimum + ((maximum - minimum) * random.NextDouble());

    /// <summary>A number between two positive ones whose logarithm is uniform.</summary>
    public static double NextLogUniform(this ref RandomStream random, double minimum, double maximum) =>
        Math.Exp(random.NextUniform(Math.Log(minimum), Math.Log(maximum)));

    /// <summary>Whether something of the given probability happens.</summary>
    public static bool NextChance(this ref RandomStream random, double probability) => random.NextDouble() < probability;

    /// <summary>A standard normal number.</summary>
    public static double NextNormal(this ref RandomStream random) => NextNormalPair(ref random).First;

    /// <summary>Fills with independent standard normal numbers.</summary>
    public static void FillNormal(this ref RandomStream random, Span<double> values)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var (first, second) = NextNormalPair(ref random);
            values[i] = first;
            if (i + 1 < values.Length)
            {
                values[i + 1] = second;
            }
        }
    }

    /// <summary>
    /// A Poisson number of the given mean, exact for any mean ≥ 0: inversion for small means, else the transformed rejection PTRS (Hörmann,
    /// Insurance: Mathematics and Economics 1993).
    /// </summary>
    public static long NextPoisson(this ref RandomStream random, double mean)
    {
        if (mean < SmallMean)
        {
            return PoissonByInversion(ref random, mean);
        }

        var logMean = Math.Log(mean);
        var b = 0.931 + (2.53 * Math.Sqrt(mean));
        var a = -0.059 + (0.02483 * b);
        var inverseAlpha = 1.1239 + (1.1328 / (b - 3.4));
        var quick = 0.9277 - (3.6224 / (b - 2));
        while (true)
        {
            var u = random.NextDouble() - 0.5;
            var v = random.NextDouble();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2 * a / us) + b) * u) + mean + 0.43);
            if (us >= 0.07 && v <= quick)
            {
                return (long)k;
            }

            if (k >= 0 && (us >= 0.013 || v <= us)
                && Math.Log(v * inverseAlpha / ((a / (us * us)) + b)) <= (k * logMean) - mean - LogFactorial(k))
            {
                return (long)k;
            }
        }
    }

    /// <summary>
    /// How many of <paramref name="trials"/> events remain if each does with the given probability, exactly: inversion for small means,
    /// else the transformed rejection BTRS (Hörmann, J. Stat. Comput. Simul. 1993).
    /// </summary>
    public static long NextBinomial(this ref RandomStream random, long trials, double probability)
    {
        if (probability > 0.5)
        {
            return trials - NextBinomial(ref random, trials, 1 - probability);
        }

        if (trials * probability < SmallMean)
        {
            return BinomialByInversion(ref random, trials, probability);
        }

        var deviation = Math.Sqrt(trials * probability * (1 - probability));
        var b = 1.15 + (2.53 * deviation);
        var a = -0.0873 + (0.0248 * b) + (0.01 * probability);
        var c = (trials * probability) + 0.5;
        var quick = 0.92 - (4.2 / b);
        var alpha = (2.83 + (5.1 / b)) * deviation;
        var logOdds = Math.Log(probability / (1 - probability));
        var mode = Math.Floor((trials + 1) * probability);
        var peak = LogFactorial(mode) + LogFactorial(trials - mode);
        while (true)
        {
            var u = random.NextDouble() - 0.5;
            var v = random.NextDouble();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2 * a / us) + b) * u) + c);
            if (us >= 0.07 && v <= quick)
            {
                return (long)k;
            }

            if (k >= 0 && k <= trials
                && Math.Log(v * alpha / ((a / (us * us)) + b)) <= peak - LogFactorial(k) - LogFactorial(trials - k)
                    + ((k - mode) * logOdds))
            {
                return (long)k;
            }
        }
    }

    /// <summary>Two independent standard normal numbers by the polar method (Marsaglia and Bray, SIAM Review 1964).</summary>
    private static (double First, double Second) NextNormalPair(ref RandomStream random)
    {
        while (true)
        {
            var x = (2 * random.NextDouble()) - 1;
            var y = (2 * random.NextDouble()) - 1;
            var square = (x * x) + (y * y);
            if (square is > 0 and < 1)
            {
                var factor = Math.Sqrt(-2 * Math.Log(square) / square);
                return (x * factor, y * factor);
            }
        }
    }

    private static long PoissonByInversion(ref RandomStream random, double mean)
    {
        var u = random.NextDouble();
        var probability = Math.Exp(-mean);
        var k = 0L;
        while (u >= probability && probability > 0)
        {
            u -= probability;
            k++;
            probability *= mean / k;
        }

        return k;
    }

    private static long BinomialByInversion(ref RandomStream random, long trials, double probability)
    {
        var u = random.NextDouble();
        var odds = probability / (1 - probability);
        var term = Math.Exp(trials * Math.Log(1 - probability));
        var k = 0L;
        while (u >= term && k < trials)
        {
            u -= term;
            term *= odds * (trials - k) / (k + 1);
            k++;
        }

        return k;
    }

    private static double LogFactorial(double k)
    {
        if (k < _logFactorials.Length)
        {
            return _logFactorials[(int)k];
        }

        var n = k + 1;
        var inverse = 1 / n;
        var square = inverse * inverse;
        return ((n - 0.5) * Math.Log(n)) - n + (0.5 * Math.Log(2 * Math.PI))
            + (inverse * ((1.0 / 12) - (square * ((1.0 / 360) - (square / 1260)))));
    }

    private static double[] LogFactorials(int count)
    {
        var table = new double[count];
        for (var k = 1; k < count; k++)
        {
            table[k] = table[k - 1] + Math.Log(k);
        }

        return table;
    }
}
