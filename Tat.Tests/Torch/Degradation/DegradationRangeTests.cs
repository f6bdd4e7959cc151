using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class DegradationRangeTests
{
    private static readonly IDegradationRange[] _ranges = [new CtDoseRange(), new PetCountRange(), new MriResolutionRange()];

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    public void A_seed_gives_the_same_pair_and_another_one_another(int which)
    {
        var (range, image) = (_ranges[which], Phantom(_ranges[which].Task));
        var (first, same, other) = (range.Draw(image, 1), range.Draw(image, 1), range.Draw(image, 2));
        CollectionAssert.AreEqual(first.LowQuality.Pixels, same.LowQuality.Pixels);
        CollectionAssert.AreEqual(first.HighQuality.Pixels, same.HighQuality.Pixels);
        CollectionAssert.AreNotEqual(first.LowQuality.Pixels, other.LowQuality.Pixels);
        Assert.IsTrue(first.LowQuality.Pixels.Concat(first.HighQuality.Pixels).All(float.IsFinite));
    }

    [TestMethod]
    public void Noise_of_CT_is_new_for_each_seed_and_stronger_at_a_lower_dose()
    {
        var image = Phantom(RestorationTask.Ct);
        CtDoseRange At(double dose) => new() { DoseFraction = new(dose, dose), IncidentPhotons = new(5e4, 5e4), UnchangedShare = 1 };
        double[] Noise(double dose, ulong seed)
        {
            var pair = At(dose).Draw(image, seed);
            return [.. pair.LowQuality.Pixels.Zip(pair.HighQuality.Pixels, (low, high) => (double)low - high)];
        }

        var (a, b, weaker) = (Noise(0.1, 1), Noise(0.1, 2), Noise(0.5, 1));
        Assert.IsLessThan(0.1, Math.Abs(Correlation(a, b)));
        Assert.IsGreaterThan(2.5, a.Sum(value => value * value) / weaker.Sum(value => value * value));
    }

    [TestMethod]
    public void CT_is_validated_at_the_published_dose_and_at_the_lowest_of_the_range()
    {
        var (range, image) = (new CtDoseRange { DoseFraction = new(0.1, 0.5) }, Phantom(RestorationTask.Ct));
        double Noise(ulong seed) => Math.Sqrt(range.Fixed(image, seed).LowQuality.Pixels.Zip(image.Image.Pixels,
            (low, high) => Math.Pow(low - high, 2)).Average());
        CollectionAssert.AreEqual(new[] { "dose 0.25", "dose 0.25", "dose 0.25", "dose 0.1", "dose 0.25" },
            Enumerable.Range(0, 5).Select(seed => range.FixedStrength((ulong)seed)).ToArray());
        Assert.IsGreaterThan(1.3 * Noise(2), Noise(3));
    }

    [TestMethod]
    public void MR_images_come_in_many_sizes_levels_and_contrasts()
    {
        var image = Phantom(RestorationTask.Mri);
        var pairs = Enumerable.Range(0, 40).Select(seed => new MriResolutionRange().Draw(image, (ulong)seed)).ToList();
        Assert.IsTrue(pairs.Exists(pair => pair.HighQuality.Height < 96) && pairs.Exists(pair => pair.HighQuality.Height == 96)
            && pairs.Exists(pair => pair.HighQuality.Height > 1.8 * 96));
        Assert.IsTrue(pairs.TrueForAll(pair =>
            pair.HighQuality.Height is >= 64 and <= 211 && pair.LowQuality.VolumeLevel == pair.HighQuality.VolumeLevel));
        var own = IntensityLevel.Measure(image.Image);
        Assert.IsTrue(pairs.TrueForAll(pair => own / pair.LowQuality.VolumeLevel is >= 0.69f and <= 1.31f));
        Assert.IsGreaterThan(20, pairs.Select(pair => pair.LowQuality.VolumeLevel).Distinct().Count());
    }

    [TestMethod]
    public void MR_images_lose_three_quarters_of_k_space_along_both_axes_or_one()
    {
        var range = new MriResolutionRange { Resolution = new(1, 1) };
        var pairs = Enumerable.Range(0, 60).Select(seed => range.Draw(Phantom(RestorationTask.Mri), (ulong)seed).LowQuality).ToList();
        KSpaceExtent[] expected = [new(0.25, 0.25), new(0.25, 1), new(1, 0.25)];
        CollectionAssert.AreEquivalent(expected, pairs.Select(low => low.VolumeExtent).Distinct().ToArray());
        Assert.IsTrue(pairs.Count(low => low.VolumeExtent!.Rows == low.VolumeExtent.Columns) is > 35 and < 60);
        foreach (var low in pairs)
        {
            var measured = KSpaceFill.Measure(new ImageSlice(low.Pixels, low.Height, low.Width));
            Assert.AreEqual(low.VolumeExtent!.Rows, measured.Rows, 0.03);
            Assert.AreEqual(low.VolumeExtent.Columns, measured.Columns, 0.03);
        }
    }

    [TestMethod]
    public void A_reference_without_noise_is_what_the_mean_of_many_scans_tends_to()
    {
        var image = Phantom(RestorationTask.Pet);
        var clean = new PetLowCount
        {
            NoiselessReference = true,
            Counts = 1e5,
        }.Degrade(image.Image, image.Attenuation, image.PixelSpacing, 1, "").HighQuality;
        var mean = new double[clean.Pixels.Length];
        const int Scans = 30;
        for (var seed = 0UL; seed < Scans; seed++)
        {
            var noisy = new PetLowCount { Counts = 1e5 }.Degrade(image.Image, image.Attenuation, image.PixelSpacing, seed, "").HighQuality;
            for (var i = 0; i < mean.Length; i++)
            {
                mean[i] += noisy.Pixels[i] / Scans;
            }
        }

        var single = new PetLowCount { Counts = 1e5 }.Degrade(image.Image, image.Attenuation, image.PixelSpacing, 99, "").HighQuality;
        double Distance(IEnumerable<double> pixels) => pixels.Zip(clean.Pixels, (value, truth) => (value - truth) * (value - truth)).Sum();
        Assert.IsLessThan(0.15 * Distance(single.Pixels.Select(value => (double)value)), Distance(mean));
    }

    [TestMethod]
    public void Ranges_that_are_none_are_refused_by_name()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new StrengthRange(0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new StrengthRange(2, 1));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new CtDoseRange { DoseFraction = new(0.5, 2) }).Message, "DoseFraction is [0.5, 2]");
    }

    [TestMethod]
    [DataRow(0.7)]
    [DataRow(1.3)]
    public void Pixels_of_another_size_show_the_same_object_and_keep_padding_apart(double scale)
    {
        var smooth = new ImageSlice(
            [.. Enumerable.Range(0, 40 * 40).Select(i => i % 40 < 4 ? -2000f : 100 * MathF.Sin(i / 40 / 6f))], 40, 40);
        var resized = ImageResizer.Resize(smooth, scale, -1024);
        Assert.AreEqual((int)Math.Round(40 / scale), resized.Height);
        for (var row = 4; row < resized.Height - 4; row++)
        {
            var expected = 100 * Math.Sin((((row + 0.5) * 40 / resized.Height) - 0.5) / 6);
            Assert.AreEqual(-2000, resized[row, 0]);
            Assert.AreEqual(expected, resized[row, resized.Width / 2], 12);
        }
    }

    internal static double Correlation(double[] a, double[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        var product = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return product / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    private static GoodImage Phantom(RestorationTask task) => new PhantomImages(task, 4, 7) { Sides = (96, 96) }.Read(1, 0);
}
