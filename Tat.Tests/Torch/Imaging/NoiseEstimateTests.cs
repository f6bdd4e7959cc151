using Tat.Tests.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;

namespace Tat.Tests.Imaging;

[TestClass]
public sealed class NoiseEstimateTests
{
    [TestMethod]
    public void White_noise_on_planes_edges_and_an_empty_background_is_told()
    {
        var random = new RandomStream(7, 0);
        var disc = TestImages.Disc(128, 45, 300, 0);
        var noisy = new ImageSlice(
            [.. disc.Pixels.Select((value, i) => value == 0 ? 0 : value + (0.5f * (i % 128)) + (float)(12 * random.NextNormal()))], 128,
            128);
        Assert.AreEqual(12, NoiseEstimate.Measure(noisy), 0.6);
    }

    [TestMethod]
    public void What_has_no_noise_or_nothing_inside_is_told()
    {
        Assert.AreEqual(0, NoiseEstimate.Measure(new([.. Enumerable.Range(0, 64).Select(i => (float)(3 * i))], 8, 8)), 1e-9);
        Assert.IsTrue(double.IsNaN(NoiseEstimate.Measure(new(new float[64], 8, 8))));
    }
}
