using Tat.Torch.Degradation;
using Tat.Torch.Imaging;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class PetLowCountTests
{
    private const double Spacing = 4.7;

    private static readonly ImageSlice _source = TestImages.Disc(64, 22, 3, 0);
    private static readonly ImageSlice _attenuation = TestImages.Disc(64, 24, 0.0096f, 0);

    [TestMethod]
    public void The_same_seed_gives_the_same_counts()
    {
        var simulator = new PetLowCount();
        var pair = simulator.Degrade(_source, Spacing, 1, "a");
        CollectionAssert.AreEqual(pair.LowQuality.Pixels, simulator.Degrade(_source, Spacing, 1, "b").LowQuality.Pixels);
        CollectionAssert.AreNotEqual(pair.LowQuality.Pixels, simulator.Degrade(_source, Spacing, 2, "c").LowQuality.Pixels);
    }

    [TestMethod]
    public void Both_reconstructions_show_the_activity_and_the_low_one_is_noisier()
    {
        foreach (var attenuation in new[] { null, _attenuation })
        {
            var pair = new PetLowCount().Degrade(_source, attenuation, Spacing, 3, "");
            Assert.AreEqual(3, Inside(pair.HighQuality).Average(), 0.1);
            Assert.AreEqual(3, Inside(pair.LowQuality).Average(), 0.2);
            Assert.IsGreaterThan(2 * TestImages.Deviation(Inside(pair.HighQuality)), TestImages.Deviation(Inside(pair.LowQuality)));
        }
    }

    [TestMethod]
    public void A_known_background_adds_noise_and_no_bias()
    {
        var clean = new PetLowCount().Degrade(_source, _attenuation, Spacing, 6, "");
        var scattered = new PetLowCount { BackgroundFraction = 0.4 }.Degrade(_source, _attenuation, Spacing, 6, "");
        Assert.AreEqual(3, Inside(scattered.HighQuality).Average(), 0.15);
        Assert.IsGreaterThan(TestImages.Deviation(Inside(clean.LowQuality)), TestImages.Deviation(Inside(scattered.LowQuality)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PetLowCount { BackgroundFraction = 1 });
    }

    [TestMethod]
    public void A_post_filter_smooths_both()
    {
        var plain = new PetLowCount().Degrade(_source, Spacing, 4, "");
        var smooth = new PetLowCount { PostFilterWidth = 10 }.Degrade(_source, Spacing, 4, "");
        Assert.IsLessThan(TestImages.Deviation(Inside(plain.LowQuality)), TestImages.Deviation(Inside(smooth.LowQuality)));
        Assert.IsLessThan(TestImages.Deviation(Inside(plain.HighQuality)), TestImages.Deviation(Inside(smooth.HighQuality)));
    }

    [TestMethod]
    public void An_empty_slice_stays_empty()
    {
        var pair = new PetLowCount().Degrade(new(new float[100], 10, 10), Spacing, 5, "");
        Assert.IsTrue(pair.LowQuality.Pixels.Concat(pair.HighQuality.Pixels).All(value => value == 0));
    }

    [TestMethod]
    public void Impossible_settings_and_maps_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PetLowCount { Reduction = 1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PetLowCount { Counts = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PetLowCount { Subsets = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PetLowCount { PostFilterWidth = -1 });
        Assert.ThrowsExactly<ArgumentException>(() => new PetLowCount().Degrade(_source, new(new float[4], 2, 2), Spacing, 1, ""));
    }

    private static IEnumerable<double> Inside(ImageSlice image) =>
        from row in Enumerable.Range(20, 24) from column in Enumerable.Range(20, 24) select (double)image[row, column];
}
