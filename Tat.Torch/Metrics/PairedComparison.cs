using Tat.Torch.Files;

namespace Tat.Torch.Metrics;

/// <summary>
/// Whether one method's scores on the same images are higher than another's: Wilcoxon's signed-rank test (Biometrics Bulletin 1945),
/// two-sided.
/// </summary>
/// <remarks>
/// Pairs without difference are left out, as Wilcoxon did; equal differences share their mean rank. With up to 50 differing pairs the
/// p-value is exact, ties included: it counts all assignments of signs. With more it is the normal approximation with corrections for ties
/// and continuity. The test says how surely there is a difference, not how much it matters: read <see cref="MedianDifference"/> too. Images
/// of one patient are not independent: test one value per patient where you can.
/// </remarks>
public sealed record PairedComparison
{
    /// <summary>Up to this many differing pairs the p-value is exact.</summary>
    private const int ExactPairs = 50;

    private PairedComparison()
    {
    }

    /// <summary>Number of pairs of finite values.</summary>
    public int Pairs { get; private init; }

    /// <summary>Pairs without difference, which do not count in the test.</summary>
    public int EqualPairs { get; private init; }

    /// <summary>Pairs left out because a value is NaN or infinite.</summary>
    public int UndefinedPairs { get; private init; }

    /// <summary>Mean of first − second; NaN without pairs.</summary>
    public double MeanDifference { get; private init; }

    /// <summary>Median of first − second; NaN without pairs.</summary>
    public double MedianDifference { get; private init; }

    /// <summary>Sum of the ranks of the positive differences, V.</summary>
    public double PositiveRankSum { get; private init; }

    /// <summary>
    /// Matched-pairs rank-biserial correlation, −1 … 1: the share of rank sum in favour of the first less that in favour of the second; 0
    /// without differences.
    /// </summary>
    public double EffectSize { get; private init; }

    /// <summary>Probability of rank sums at least as uneven if there were no difference, two-sided; 1 without differences.</summary>
    public double PValue { get; private init; }

    /// <summary>Whether <see cref="PValue"/> is exact.</summary>
    public bool IsExact { get; private init; }

    /// <summary>Compares paired values.</summary>
    /// <param name="first">A value for each image, for example the PSNR of one method.</param>
    /// <param name="second">The other method's values for the same images in the same order.</param>
    /// <exception cref="ArgumentException">The numbers of values differ.</exception>
    public static PairedComparison Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
        {
            throw new ArgumentException(
                $"{MessageText.Amount(first.Count, "value")} cannot be paired with {second.Count}; give both for the same images.",
                nameof(second));
        }

        double[] differences = [.. first.Zip(second, (a, b) => a - b).Where(double.IsFinite).Order()];
        double[] unequal = [.. differences.Where(difference => difference != 0)];
        var doubledRanks = DoubledRanks(unequal);
        var positive = doubledRanks.Where((_, i) => unequal[i] > 0).Sum();
        var total = doubledRanks.Sum();
        var exact = unequal.Length <= ExactPairs;
        return new()
        {
            Pairs = differences.Length,
            EqualPairs = differences.Length - unequal.Length,
            UndefinedPairs = first.Count - differences.Length,
            MeanDifference = differences.Length == 0 ? double.NaN : differences.Average(),
            MedianDifference = differences.Length == 0
                ? double.NaN
                : (differences[differences.Length / 2] + differences[(differences.Length - 1) / 2]) / 2,
            PositiveRankSum = positive / 2.0,
            EffectSize = total == 0 ? 0 : ((2.0 * positive) - total) / total,
            PValue = unequal.Length == 0 ? 1 : exact ? ExactPValue(doubledRanks, positive) : NormalPValue(doubledRanks, positive),
            IsExact = exact,
        };
    }

    /// <summary>Twice the rank of each difference by size, so that the mean ranks of ties are whole numbers.</summary>
    private static int[] DoubledRanks(double[] differences)
    {
        double[] sizes = [.. differences.Select(Math.Abs)];
        var order = Enumerable.Range(0, sizes.Length).ToArray();
        Array.Sort((double[])sizes.Clone(), order);
        var ranks = new int[sizes.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && sizes[order[end]] == sizes[order[start]])
            {
                end++;
            }

            for (var i = start; i < end; i++)
            {
                ranks[order[i]] = start + 1 + end;
            }

            start = end;
        }

        return ranks;
    }

    /// <summary>
    /// Adds up the probabilities of all rank sums that are no nearer to the middle, from the number of sign assignments that give each.
    /// </summary>
    private static double ExactPValue(int[] doubledRanks, int positive)
    {
        var total = doubledRanks.Sum();
        var probabilities = new double[total + 1];
        probabilities[0] = 1;
        var reached = 0;
        foreach (var rank in doubledRanks)
        {
            reached += rank;
            for (var sum = reached; sum >= 0; sum--)
            {
                probabilities[sum] = (probabilities[sum] + (sum >= rank ? probabilities[sum - rank] : 0)) / 2;
            }
        }

        var tail = Math.Min(positive, total - positive);
        return Math.Min(1, 2 * probabilities.Take(tail + 1).Sum());
    }

    private static double NormalPValue(int[] doubledRanks, int positive)
    {
        var mean = doubledRanks.Sum() / 4.0;
        var variance = doubledRanks.Sum(rank => (double)rank * rank) / 16;
        var distance = Math.Max(0, Math.Abs((positive / 2.0) - mean) - 0.5);
        return NormalDistribution.TwoSided(distance / Math.Sqrt(variance));
    }
}
