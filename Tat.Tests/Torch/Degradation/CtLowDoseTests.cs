using Tat.Torch.Degradation;
using Tat.Torch.Imaging;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class CtLowDoseTests
{
    private const double Spacing = 2.5;

    private static readonly ImageSlice _water = TestImages.Disc(96, 40, 0, -1000);

    [TestMethod]
    public void The_same_seed_gives_the_same_noise_and_another_seed_other_noise()
    {
        var simulator = new CtLowDose { Views = 180 };
        var first = simulator.Degrade(_water, Spacing, 1, "a").LowQuality.Pixels;
        CollectionAssert.AreEqual(first, simulator.Degrade(_water, Spacing, 1, "b").LowQuality.Pixels);
        CollectionAssert.AreNotEqual(first, simulator.Degrade(_water, Spacing, 2, "c").LowQuality.Pixels);
        CollectionAssert.AreEqual(
            simulator.Acquire(_water, Spacing, 1, "a").LowQuality.Pixels, simulator.Acquire(_water, Spacing, 1, "b").LowQuality.Pixels);
    }

    [TestMethod]
    public void Inserted_noise_has_no_bias_and_grows_as_the_dose_falls()
    {
        var noise = new[] { 0.5, 0.25, 0.1 }.Select(dose =>
        {
            var pair = new CtLowDose { DoseFraction = dose, ElectronicNoiseVariance = 0 }.Degrade(_water, Spacing, 3, "");
            Assert.AreSame(_water, pair.HighQuality);
            return Differences(pair);
        }).ToArray();
        double[] deviations = [.. noise.Select(TestImages.Deviation)];
        Assert.AreEqual(0, noise[1].Average(), deviations[1] / 10);

        // The variance goes with (1 − a) / a: 1, 3 and 9.
        Assert.AreEqual(Math.Sqrt(3), deviations[1] / deviations[0], 0.05);
        Assert.AreEqual(3, deviations[2] / deviations[0], 0.1);
    }

    [TestMethod]
    public void Both_forms_give_noise_of_the_same_strength()
    {
        // Insertion adds to a full-dose image the variance that it lacks; the direct form has all of the low dose's.
        var simulator = new CtLowDose { ElectronicNoiseVariance = 0 };
        var inserted = TestImages.Deviation(Differences(simulator.Degrade(_water, Spacing, 4, "")));
        var acquired = TestImages.Deviation(Differences(simulator.Acquire(_water, Spacing, 5, "")));
        Assert.AreEqual(Math.Sqrt(4.0 / 3), acquired / inserted, 0.05);
    }

    [TestMethod]
    public void A_scan_without_noise_shows_water_as_zero()
    {
        var reference = new CtLowDose().Acquire(_water, Spacing, 6, "").HighQuality;
        Assert.AreEqual(0, Inside(reference).Average(), 3);
        Assert.AreEqual(-1000, reference[2, 2], 15);
    }

    [TestMethod]
    public void Padding_outside_the_field_of_view_stays_as_it_is()
    {
        var padded = new ImageSlice([.. _water.Pixels.Select(value => value < -500 ? -3024f : value)], 96, 96);
        var degraded = new CtLowDose { Views = 90 }.Degrade(padded, Spacing, 7, "").LowQuality;
        Assert.AreEqual(-3024, degraded[0, 0]);
        Assert.AreNotEqual(0, degraded[48, 48]);
    }

    [TestMethod]
    public void Impossible_settings_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CtLowDose { DoseFraction = 1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CtLowDose { IncidentPhotons = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CtLowDose { ElectronicNoiseVariance = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CtLowDose { Views = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CtLowDose().Degrade(_water, 0, 1, ""));
    }

    private static double[] Differences(ImagePair pair) =>
        [.. Inside(pair.LowQuality).Zip(Inside(pair.HighQuality), (low, high) => low - high)];

    /// <summary>The pixels of the middle of the disc.</summary>
    private static IEnumerable<double> Inside(ImageSlice image) =>
        from row in Enumerable.Range(28, 40) from column in Enumerable.Range(28, 40) select (double)image[row, column];
}
