using Tat.Torch.Metrics;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class PairedComparisonTests
{
    /// <summary>
    /// Critical values of the smaller rank sum at the 5 % level, two-sided, for 6 … 25 pairs, as statistics books print them.
    /// </summary>
    private static readonly int[] _critical = [0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89];

    [TestMethod]
    public void Agrees_with_the_printed_table_of_critical_values()
    {
        for (var pairs = 6; pairs <= 25; pairs++)
        {
            var critical = _critical[pairs - 6];
            Assert.IsLessThanOrEqualTo(0.05, WithRankSum(pairs, critical).PValue, $"{pairs} pairs");
            Assert.IsGreaterThan(0.05, WithRankSum(pairs, critical + 1).PValue, $"{pairs} pairs");
        }
    }

    [TestMethod]
    public void Gives_the_known_result_for_darwins_maize()
    {
        // Heights of crossed against self-fertilised plants (Darwin 1876, in Fisher, The Design of Experiments), in eighths of an inch.
        double[] differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
        var result = PairedComparison.Of(differences, new double[15]);
        Assert.AreEqual(96, result.PositiveRankSum);
        Assert.AreEqual(0.04126, result.PValue, 5e-6);
        Assert.AreEqual(24, result.MedianDifference);
        Assert.AreEqual((96 - 24) / 120.0, result.EffectSize, 1e-12);
        Assert.IsTrue(result.IsExact);
    }

    [TestMethod]
    public void Gives_the_known_result_for_the_depression_scores_of_hollander_and_wolfe()
    {
        double[] before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        double[] after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        var result = PairedComparison.Of(before, after);
        Assert.AreEqual(40, result.PositiveRankSum);
        Assert.AreEqual(2 * 0.01953125, result.PValue, 1e-12);
    }

    [TestMethod]
    public void Ties_are_exact_by_counting_all_signs()
    {
        double[] differences = [1, 1, 1, -2, 2, 3, 3, -1, 4, 5];
        double[] ranks = [2.5, 2.5, 2.5, 5.5, 5.5, 7.5, 7.5, 2.5, 9, 10];
        var extreme = 0;
        for (var signs = 0; signs < 1024; signs++)
        {
            var sum = ranks.Where((_, i) => (signs >> i & 1) == 1).Sum();
            extreme += Math.Min(sum, 55 - sum) <= 8 ? 1 : 0;
        }

        var result = PairedComparison.Of(differences, new double[10]);
        Assert.AreEqual(47, result.PositiveRankSum);
        Assert.AreEqual(extreme / 1024.0, result.PValue, 1e-12);
    }

    [TestMethod]
    public void The_normal_approximation_takes_over_smoothly()
    {
        var exact = WithRankSum(50, 450);
        var normal = WithRankSum(51, 470);
        Assert.IsTrue(exact.IsExact);
        Assert.IsFalse(normal.IsExact);

        // z = (|470 − 663| − ½) / √(51·52·103/24) = 1.80439; p = 2·Φ(−z).
        Assert.AreEqual(0.0711698, normal.PValue, 1e-7);
        Assert.AreEqual(1, PairedComparison.Of(
            [.. Enumerable.Range(1, 60).Select(i => (double)(i % 2 == 0 ? i : -i - 1))], new double[60]).PValue, 0.05);
    }

    [TestMethod]
    public void Far_tails_keep_their_digits()
    {
        var result = PairedComparison.Of([.. Enumerable.Range(1, 200).Select(i => (double)i)], new double[200]);

        // z = (20100 − 10050 − ½) / √(200·201·401/24) = 12.26210.
        Assert.AreEqual(1.4470e-34, result.PValue, 0.0001e-34);
    }

    [TestMethod]
    public void Equal_and_undefined_pairs_are_counted_apart()
    {
        var result = PairedComparison.Of([1, 2, double.NaN, double.PositiveInfinity, 5], [1, 1, 3, double.PositiveInfinity, 7]);
        Assert.AreEqual((3, 1, 2), (result.Pairs, result.EqualPairs, result.UndefinedPairs));
        Assert.AreEqual(1, PairedComparison.Of([1, 2], [1, 2]).PValue);
        Assert.AreEqual(1, PairedComparison.Of([], []).PValue);
        Assert.ThrowsExactly<ArgumentException>(() => PairedComparison.Of([1], [1, 2]));
    }

    /// <summary>Pairs whose differences 1 … n are positive where their ranks add up to the given sum.</summary>
    private static PairedComparison WithRankSum(int pairs, int sum)
    {
        var differences = new double[pairs];
        for (var rank = pairs; rank > 0; rank--)
        {
            var positive = rank <= sum;
            differences[rank - 1] = positive ? rank : -rank;
            sum -= positive ? rank : 0;
        }

        return PairedComparison.Of(differences, new double[pairs]);
    }
}
