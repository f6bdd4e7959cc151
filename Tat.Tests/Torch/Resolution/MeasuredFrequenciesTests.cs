using Tat.Tests.Degradation;
using Tat.Torch.Baselines;
using Tat.Torch.Degradation;
using Tat.Torch.Metrics;
using Tat.Torch.Phantoms;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Tests.Resolution;

[TestClass]
public sealed class MeasuredFrequenciesTests
{
    [TestMethod]
    [DataRow(2.0)]
    [DataRow(3.0)]
    [DataRow(4.0)]
    public void The_measured_block_of_k_space_is_found_and_kept(double factor)
    {
        var low = new MriKSpaceCrop { Factor = factor }.Degrade(new PhantomPairs(RestorationTask.Mri, 1, 96, 7).Read(0).HighQuality);
        var measured = new MeasuredFrequencies(low);
        Assert.AreEqual(48 / factor, measured.Rows, 1.01);
        Assert.AreEqual(48 / factor, measured.Columns, 1.01);
        var back = measured.PutBack(new GaussianSmoothing { Sigma = 2 }.Apply(low));
        var again = new MriKSpaceCrop { Factor = factor * 1.2 };
        Assert.IsGreaterThan(45, ImageQuality.Measure(again.Degrade(back), again.Degrade(low)).Psnr);
    }

    [TestMethod]
    public void Where_all_of_k_space_is_full_no_edge_is_seen()
    {
        var noise = TestImages.Random(64, 64, 9, 0, 100);
        Assert.AreEqual((33, 33), (new MeasuredFrequencies(noise).Rows, new MeasuredFrequencies(noise).Columns));
    }
}
