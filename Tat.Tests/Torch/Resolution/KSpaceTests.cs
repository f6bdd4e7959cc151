using Tat.Tests.Degradation;
using Tat.Torch.Degradation;
using Tat.Torch.Resolution;

namespace Tat.Tests.Resolution;

[TestClass]
public sealed class KSpaceTests
{
    [TestMethod]
    [DataRow(16, 24, 27, 40)]
    [DataRow(15, 22, 20, 31)]
    public void Zero_filling_and_cropping_back_gives_the_image_again(int height, int width, int finerHeight, int finerWidth)
    {
        var image = TestImages.Random(height, width, 3, 400, 1000);
        var finer = KSpace.Resample(image, height, width, finerHeight, finerWidth);
        var again = KSpace.Resample(finer, height, width, height, width);
        Assert.AreEqual((finerHeight, finerWidth), (finer.Height, finer.Width));
        Assert.IsLessThan(0.04 * image.Pixels.Average(), image.Pixels.Zip(again.Pixels, (a, b) => Math.Abs(a - b)).Average());
    }

    [TestMethod]
    public void A_grid_of_any_size_keeps_the_mean()
    {
        var image = TestImages.Random(20, 30, 4, 0, 1000);
        var coarser = KSpace.Resample(image, 9, 13, 9, 13);
        Assert.AreEqual(image.Pixels.Average(), coarser.Pixels.Average(), 10);
    }

    [TestMethod]
    public void One_axis_alone_loses_resolution_along_that_axis_only()
    {
        var rows = new Torch.Imaging.ImageSlice([.. Enumerable.Range(0, 32 * 32).Select(i => i / 32 % 2 * 100f)], 32, 32);
        var kept = new MriKSpaceCrop { Factor = 2, Axes = KSpaceAxes.Columns }.Degrade(rows);
        var lost = new MriKSpaceCrop { Factor = 2, Axes = KSpaceAxes.Rows }.Degrade(rows);
        Assert.IsTrue(rows.Pixels.Zip(kept.Pixels).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3));
        Assert.AreEqual(lost.Pixels.Min(), lost.Pixels.Max(), 1e-3);
    }
}
