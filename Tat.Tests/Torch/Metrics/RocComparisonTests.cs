using Tat.Torch.Metrics;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class RocComparisonTests
{
    private static readonly (double[] Absent, double[] Present) _first =
        ([-0.5, -1.4, -0.5, 0.6, 1.6, -0.7, -0.7, -1.3, 0.7, 1, 0.3, -1.3], [0.7, 3.2, 0.8, -0.2, 1.4, 0.9, 0.4, 1.5, 0.3]);

    private static readonly (double[] Absent, double[] Present) _second =
        ([-1, -2.2, -0.6, -0.5, 0.1, 0.3, -1.4, 0.2, 1.3, 0, 0.5, -2.1], [-0.4, 1.7, 2.2, -0.5, 2.7, 0.2, 0.8, 1, -0.4]);

    [TestMethod]
    public void It_agrees_with_a_computation_by_covariances()
    {
        // With NumPy and SciPy: the covariance matrix of the structural components of both curves, ties included.
        var comparison = RocComparison.Of(_first, _second);
        Assert.AreEqual(0.7962962962962963, comparison.FirstArea, 1e-12);
        Assert.AreEqual(0.7777777777777778, comparison.SecondArea, 1e-12);
        Assert.AreEqual(0.01851851851851849, comparison.Difference, 1e-12);
        Assert.AreEqual(0.10336626648965788, comparison.StandardError, 1e-12);
        Assert.AreEqual(0.8578164901796185, comparison.PValue, 1e-12);
        Assert.AreEqual(0.01851851851851849 - (1.959963984540054 * 0.10336626648965788), comparison.Interval.Low, 1e-12);
        Assert.AreEqual(0.01851851851851849 + (1.959963984540054 * 0.10336626648965788), comparison.Interval.High, 1e-12);
    }

    [TestMethod]
    public void Turned_round_it_tells_the_same_and_how_scores_are_scaled_does_not_matter()
    {
        var (comparison, turned) = (RocComparison.Of(_first, _second), RocComparison.Of(_second, _first));
        Assert.AreEqual(-comparison.Difference, turned.Difference, 1e-15);
        Assert.AreEqual(comparison.PValue, turned.PValue, 1e-15);
        double[] Scaled(double[] scores) => [.. scores.Select(score => Math.Exp(score) / 10)];
        var scaled = RocComparison.Of((Scaled(_first.Absent), Scaled(_first.Present)), _second);
        Assert.AreEqual(comparison, scaled);
        Assert.AreEqual(1, RocComparison.Of(_first, (Scaled(_first.Absent), Scaled(_first.Present))).PValue);
        Assert.AreEqual(DetectionScore.Of(_first.Absent, _first.Present).Area, comparison.FirstArea, 1e-12);
    }

    [TestMethod]
    public void Of_methods_that_are_alike_five_percent_differ_and_the_error_is_that_of_the_theory()
    {
        var random = new Random(2);
        (double[] Absent, double[] Present) Noisy((double[] Absent, double[] Present) seen) =>
            ([.. seen.Absent.Zip(DetectionScoreTests.Normal(random, seen.Absent.Length, 0), (a, b) => a + (0.5 * b))],
                [.. seen.Present.Zip(DetectionScoreTests.Normal(random, seen.Present.Length, 0), (a, b) => a + (0.5 * b))]);
        var trials = Enumerable.Range(0, 1500).Select(_ =>
        {
            var common = (DetectionScoreTests.Normal(random, 50, 0), DetectionScoreTests.Normal(random, 40, 1.2));
            return RocComparison.Of(Noisy(common), Noisy(common));
        }).ToList();
        Assert.AreEqual(0.05, trials.Count(trial => trial.PValue < 0.05) / (double)trials.Count, 0.02);
        Assert.AreEqual(0.95, trials.Count(trial => trial.Interval is { Low: < 0, High: > 0 }) / (double)trials.Count, 0.02);
        var differences = ValueSummary.OfFinite(trials.Select(trial => trial.Difference));
        Assert.AreEqual(0, differences.Mean, 0.005);
        Assert.AreEqual(differences.StandardDeviation, trials.Average(trial => trial.StandardError), 0.002);

        // Methods that see the same noise are told apart where their own errors would not.
        Assert.IsLessThan(0.05, trials.Average(trial => trial.StandardError));
        Assert.IsGreaterThan(0.07, DetectionScore.Of(_first.Absent, _first.Present).StandardError);
    }

    [TestMethod]
    public void The_mean_over_kinds_has_the_error_of_a_mean()
    {
        var (comparison, turned) = (RocComparison.Of(_first, _second), RocComparison.Of(_second, _first));
        var mean = RocComparison.MeanOf([comparison, comparison, comparison, comparison]);
        Assert.AreEqual(comparison.Difference, mean.Difference, 1e-12);
        Assert.AreEqual(comparison.StandardError / 2, mean.StandardError, 1e-12);
        Assert.AreEqual(1, RocComparison.MeanOf([comparison, turned]).PValue, 1e-12);
        Assert.ThrowsExactly<ArgumentException>(() => RocComparison.MeanOf([]));
    }

    [TestMethod]
    public void What_cannot_be_tested_has_no_p()
    {
        Assert.IsTrue(double.IsNaN(RocComparison.Of(([1, 2], [3, 4]), ([3, 4], [1, 2])).PValue));
        Assert.IsTrue(double.IsNaN(RocComparison.Of(([1, 4], [3]), ([2, 3], [1])).PValue));
        Assert.AreEqual(1, RocComparison.Of(([1], [3]), ([2], [5])).PValue);
        Assert.ThrowsExactly<ArgumentException>(() => RocComparison.Of(([], [1]), ([], [1])));
        var error = Assert.ThrowsExactly<ArgumentException>(() => RocComparison.Of(([1, 2], [1]), ([1], [1])));
        StringAssert.Contains(
            error.Message, "2 places without and 1 with a lesion cannot be paired with 1 and 1", StringComparison.Ordinal);
    }
}
