using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class QualitySummaryTests
{
    [TestMethod]
    public void Averages_the_images_of_a_task()
    {
        var summary = QualitySummary.Of([new(30, 0.9, 2, 100), new(34, 0.8, 4, 100)]);
        Assert.AreEqual(new ValueSummary(32, Math.Sqrt(8), 2), summary.Psnr);
        Assert.AreEqual(0.85, summary.Ssim.Mean, 1e-12);
        Assert.AreEqual(3, summary.Rmse.Mean);
        Assert.AreEqual(2, summary.Images);
        Assert.AreEqual(32, summary.ToScore().Psnr);
    }

    [TestMethod]
    public void Identical_and_undefined_images_are_counted_and_leave_the_averages_finite()
    {
        var summary = QualitySummary.Of(
        [
            new(30, 0.9, 2, 100),
            new(double.PositiveInfinity, 1, 0, 100),
            new(double.NaN, double.NaN, 4, 0),
            new(double.NaN, double.NaN, double.NaN, double.NaN),
        ]);
        Assert.AreEqual(new ValueSummary(30, 0, 1), summary.Psnr);
        Assert.AreEqual(0.95, summary.Ssim.Mean, 1e-12);
        Assert.AreEqual(2, summary.Rmse.Mean, 1e-12);
        Assert.AreEqual(3, summary.Rmse.Count);
        Assert.AreEqual(1, summary.IdenticalImages);
        Assert.AreEqual(2, summary.UndefinedImages);
        Assert.AreEqual(4, summary.Images);
    }

    [TestMethod]
    public void Tasks_of_different_units_have_no_common_rmse()
    {
        var quality = new ImageQuality(30, 0.9, 2, 100);
        Assert.AreEqual(0, QualitySummary.OverTasks([(RestorationTask.Ct, quality), (RestorationTask.Pet, quality)]).Rmse.Count);
        Assert.AreEqual(2, QualitySummary.OverTasks([(RestorationTask.Ct, quality), (RestorationTask.Ct, quality)]).Rmse.Count);
    }

    [TestMethod]
    public void No_images_give_no_average() => Assert.AreEqual(0, QualitySummary.Of([]).Psnr.Count);
}
