using Tat.Torch.Training.Optimization;

namespace Tat.Tests.Training;

[TestClass]
public sealed class LearningRateScheduleTests
{
    private static readonly LearningRateSchedule _paper = new() { Maximum = 2e-4, Minimum = 1e-7, Iterations = 400_000 };

    [TestMethod]
    public void The_first_iteration_has_the_maximum_and_the_cosine_ends_at_the_minimum()
    {
        Assert.AreEqual(2e-4, _paper.At(1), 1e-18);
        Assert.AreEqual((2e-4 + 1e-7) / 2, _paper.At(200_001), 1e-12);
        Assert.AreEqual(1e-7, _paper.At(400_001), 1e-15);
    }

    [TestMethod]
    public void Warm_up_rises_linearly_to_the_maximum()
    {
        var schedule = _paper with { WarmUp = 9 };
        Assert.AreEqual(2e-5, schedule.At(1), 1e-12);
        Assert.AreEqual(2e-4, schedule.At(10), 1e-12);
        Assert.IsLessThan(2e-4, schedule.At(11));
    }

    [TestMethod]
    public void Restarts_begin_at_the_maximum_and_grow_by_the_factor()
    {
        var schedule = _paper with { RestartPeriod = 10, RestartFactor = 2 };
        Assert.AreEqual(2e-4, schedule.At(11), 1e-12);
        Assert.AreEqual(2e-4, schedule.At(31), 1e-12);
        Assert.IsLessThan(1e-5, schedule.At(30));
        Assert.IsGreaterThan(5e-5, schedule.At(20));
    }

    [TestMethod]
    public void The_average_starts_as_a_copy_and_its_decay_follows_the_published_power()
    {
        Assert.AreEqual(0, EmaSchedule.Decay(1, 0.999));
        Assert.AreEqual(1 - Math.Pow(2, -2.0 / 3), EmaSchedule.Decay(2, 0.999), 1e-15);
        Assert.AreEqual(0.999, EmaSchedule.Decay(400_000, 0.999));
    }
}
