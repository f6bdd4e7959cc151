using Tat.Torch.Metrics;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class DetectionScoreTests
{
    [TestMethod]
    public void Area_is_how_often_a_place_with_a_lesion_scores_higher()
    {
        // Of the twelve pairs seven and a half are right, where a tie is half.
        var score = DetectionScore.Of([1, 2, 3, 4], [2, 3.5, 3.5]);
        Assert.AreEqual(7.5 / 12, score.Area, 1e-12);
        Assert.AreEqual(1, DetectionScore.Of([1, 2], [3, 4]).Area);
        Assert.AreEqual(0, DetectionScore.Of([1, 2], [3, 4]).StandardError);
        Assert.AreEqual(0.5, DetectionScore.Of([1, 2, 3], [1, 2, 3]).Area, 1e-12);
        Assert.ThrowsExactly<ArgumentException>(() => DetectionScore.Of([], [1]));
    }

    [TestMethod]
    public void Of_normal_scores_area_and_error_are_those_of_the_theory()
    {
        // Two normal distributions a standard deviation apart: Φ(1/√2).
        const double Expected = 0.7602;
        var random = new Random(1);
        var scores = Enumerable.Range(0, 400).Select(_ => DetectionScore.Of(Normal(random, 40, 0), Normal(random, 40, 1))).ToList();
        var areas = ValueSummary.OfFinite(scores.Select(score => score.Area));
        Assert.AreEqual(Expected, areas.Mean, 0.01);
        Assert.AreEqual(areas.StandardDeviation, scores.Average(score => score.StandardError), 0.01);
        Assert.AreEqual(1, scores.Average(score => score.Detectability), 0.05);
    }

    [TestMethod]
    [DataRow(1, 0.1, 0)]
    [DataRow(9, 0.1, 0)]
    [DataRow(10, 0.1, 1)]
    [DataRow(30, 0.1, 3)]
    [DataRow(39, 0.1, 3)]
    [DataRow(10, 0.3, 3)]
    [DataRow(10, 0.95, 9)]
    [DataRow(20, 0, 0)]
    public void No_more_than_the_stated_share_of_places_is_above_the_threshold(int places, double share, int above)
    {
        var absent = Normal(new(places), places, 5);
        var threshold = DetectionScore.ThresholdOf(absent, share);
        Assert.AreEqual(above, absent.Count(score => score > threshold));

        // Where scores are scaled, so is the threshold: an observer finds the same.
        Assert.AreEqual(threshold / 4, DetectionScore.ThresholdOf([.. absent.Select(score => score / 4)], share), 1e-12);
    }

    [TestMethod]
    public void Equal_scores_are_false_alarms_together_or_not_at_all()
    {
        Assert.AreEqual(3, DetectionScore.ThresholdOf([1, 2, 3, 3], 0.25));
        Assert.AreEqual(2, DetectionScore.ThresholdOf([1, 2, 3, 3], 0.5));
        Assert.ThrowsExactly<ArgumentException>(() => DetectionScore.ThresholdOf([], 0.1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => DetectionScore.ThresholdOf([1], 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => DetectionScore.ThresholdOf([1], double.NaN));
    }

    internal static double[] Normal(Random random, int count, double mean) => [.. Enumerable.Range(0, count).Select(_ =>
        mean + (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
