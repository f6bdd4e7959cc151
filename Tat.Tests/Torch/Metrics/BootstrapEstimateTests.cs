using Tat.Torch.Metrics;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class BootstrapEstimateTests
{
    [TestMethod]
    public void The_error_of_a_mean_is_that_of_the_theory()
    {
        var values = DetectionScoreTests.Normal(new(5), 60, 0.2);
        var estimate = BootstrapEstimate.Of(values.Length, drawn => drawn.Average(i => values[i]), seed: 1, resamples: 4000);
        var deviation = Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
        Assert.AreEqual(values.Average(), estimate.Value, 1e-12);
        Assert.AreEqual(deviation / Math.Sqrt(60), estimate.StandardError, 0.05 * estimate.StandardError);
        Assert.AreEqual(estimate.Value - (1.959963984540054 * estimate.StandardError), estimate.Interval.Low, 1e-12);
        Assert.AreEqual(estimate.Value + (1.959963984540054 * estimate.StandardError), estimate.Interval.High, 1e-12);
    }

    [TestMethod]
    [DataRow(0.1, 0.920344325445942)]
    [DataRow(1, 0.31731050786291415)]
    [DataRow(2.5, 0.012419330651552265)]
    [DataRow(-3, 0.0026997960632601866)]
    [DataRow(6, 1.973175290075389e-09)]
    public void Its_p_is_that_of_the_normal_distribution_in_SciPy(double distance, double expected)
    {
        // Two cases, −1 and +1 around the figure: a drawn mean is off by 1, 0, 0 or 1.
        var estimate = BootstrapEstimate.Of(
            2, drawn => drawn.Average(i => (2 * i) - 1.0) + (distance * Math.Sqrt(0.5)), seed: 2, resamples: 200000);
        Assert.AreEqual(Math.Sqrt(0.5), estimate.StandardError, 0.01);
        Assert.AreEqual(expected, NormalDistribution.PValueOf(distance, 1), 1e-9 * expected);
        Assert.AreEqual(NormalDistribution.PValueOf(estimate.Value, estimate.StandardError), estimate.PValue);
    }

    [TestMethod]
    public void The_same_seed_draws_the_same_and_what_cannot_be_told_is_not()
    {
        double[] values = [1, 5, 2, 8, 3];
        BootstrapEstimate Of(ulong seed) => BootstrapEstimate.Of(values.Length, drawn => drawn.Average(i => values[i]), seed);
        Assert.AreEqual(Of(3), Of(3));
        Assert.AreNotEqual(Of(3).StandardError, Of(4).StandardError);
        Assert.IsTrue(double.IsNaN(BootstrapEstimate.Of(1, _ => 3, 1).StandardError));
        Assert.IsTrue(double.IsNaN(BootstrapEstimate.Of(1, _ => 3, 1).PValue));
        Assert.IsTrue(double.IsNaN(BootstrapEstimate.Of(9, _ => 3, 1).PValue));
        Assert.AreEqual(1, BootstrapEstimate.Of(9, _ => 0, 1).PValue);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => BootstrapEstimate.Of(0, _ => 0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => BootstrapEstimate.Of(2, _ => 0, 1, resamples: 1));
    }
}
