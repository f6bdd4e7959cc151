using Tat.Torch.Metrics;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class HolmCorrectionTests
{
    [TestMethod]
    public void Each_value_is_multiplied_by_how_many_are_no_smaller()
    {
        // 0.03 · 3 is more than 0.04 · 2, which therefore is as much.
        double[] expected = [0.04, 0.09, 0.09, 0.025, 0.5];
        foreach (var (value, other) in HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005, 0.5]).Zip(expected))
        {
            Assert.AreEqual(other, value, 1e-12);
        }

        Assert.IsEmpty(HolmCorrection.Adjust([]));
    }

    [TestMethod]
    public void No_value_is_above_one_and_tests_that_were_not_made_do_not_count()
    {
        double[] adjusted = [.. HolmCorrection.Adjust([0.7, double.NaN, 0.6, 0.02])];
        Assert.AreEqual(1, adjusted[0]);
        Assert.IsTrue(double.IsNaN(adjusted[1]));
        Assert.AreEqual(1, adjusted[2]);
        Assert.AreEqual(0.06, adjusted[3], 1e-12);
    }

    [TestMethod]
    public void Of_sets_of_tests_without_a_difference_five_percent_show_one()
    {
        var random = new Random(4);
        var shown = Enumerable.Range(0, 4000).Count(_ =>
            HolmCorrection.Adjust([.. Enumerable.Range(0, 9).Select(_ => random.NextDouble())]).Any(p => p < 0.05));
        Assert.AreEqual(0.05, shown / 4000.0, 0.012);
    }
}
