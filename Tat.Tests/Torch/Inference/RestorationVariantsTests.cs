using Tat.Tests.Resolution;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class RestorationVariantsTests
{
    private static readonly ImageSlice _image = new([.. Enumerable.Range(0, 12).Select(i => (i * 37 % 11) + 0.1f)], 3, 4);

    [TestMethod]
    public void Strength_zero_gives_the_image_bit_for_bit_and_one_what_the_model_does()
    {
        using var model = new Remapping((image, i) => (1.7f * image.Pixels[i]) + 3);
        CollectionAssert.AreEqual(_image.Pixels, Restore(model.WithStrength(0)));
        CollectionAssert.AreEqual(Restore(model), Restore(model.WithStrength(1)));
        var half = Restore(model.WithStrength(0.5));
        for (var i = 0; i < half.Length; i++)
        {
            Assert.AreEqual((_image.Pixels[i] + Restore(model)[i]) / 2, half[i], 1e-5);
        }
    }

    [TestMethod]
    public void Local_means_are_those_of_the_image_and_fine_structures_those_of_the_model()
    {
        // A model that makes all darker and each second pixel brighter, in a large image.
        var image = new ImageSlice([.. Enumerable.Range(0, 80 * 80).Select(i => 100f + (i / 800))], 80, 80);
        using var model = new Remapping((slice, i) => slice.Pixels[i] - 30 + (i % 2 == 0 ? 5 : -5));
        var result = model.WithLocalMeans().Restore([image], [RestorationTask.Ct])[0];
        for (var i = (40 * 80) + 30; i < (40 * 80) + 50; i++)
        {
            Assert.AreEqual(image.Pixels[i] + (i % 2 == 0 ? 5 : -5), result.Pixels[i], 0.01);
        }

        using var unchanging = new Remapping((slice, i) => slice.Pixels[i]);
        CollectionAssert.AreEqual(image.Pixels, unchanging.WithLocalMeans().Restore([image], [RestorationTask.Ct])[0].Pixels);
        CollectionAssert.AreEqual(image.Pixels, model.WithLocalMeans().WithStrength(0).Restore([image], [RestorationTask.Ct])[0].Pixels);
    }

    [TestMethod]
    public void A_lesion_that_a_model_takes_for_noise_comes_back_and_the_noise_does_not()
    {
        // White noise of 10 and a lesion of 40 and 8 pixels, which a model makes all flat.
        const int Side = 96;
        var random = new RandomStream(7);
        bool IsLesion(int i) => Math.Pow((i % Side) - 48, 2) + Math.Pow((i / Side) - 48, 2) <= 16;
        var image = new ImageSlice([.. Enumerable.Range(0, Side * Side).Select(i =>
            (float)(100 + (10 * random.NextNormal()) + (IsLesion(i) ? 40 : 0)))], Side, Side);
        using var model = new Remapping((_, _) => 100);
        var result = model.WithLocalMeans().Restore([image], [RestorationTask.Pet])[0].Pixels;
        var pixels = Enumerable.Range(0, Side * Side).ToLookup(i => (Math.Pow((i % Side) - 48, 2) + Math.Pow((i / Side) - 48, 2)) switch
        {
            <= 16 => "lesion",
            > 400 => "elsewhere",
            _ => "around",
        });
        Assert.IsGreaterThan(120, pixels["lesion"].Average(i => result[i]), "More than half of it.");
        Assert.IsLessThan(2.5, Math.Sqrt(pixels["elsewhere"].Average(i => Math.Pow(result[i] - 100, 2))));
    }

    [TestMethod]
    public void Of_MRI_the_measured_frequencies_are_those_of_the_image_and_the_others_those_of_the_model()
    {
        // A model that makes all darker, which is measured, and each second pixel brighter, which is not.
        var image = new MriKSpaceCrop { Factor = 2 }.Degrade(KSpaceFillTests.Good(64, 72));
        using var model = new Remapping((slice, i) => slice.Pixels[i] - 30 + (i % 2 == 0 ? 5 : -5), TaskVocabulary.Scans);
        var result = model.WithLocalMeans().Restore([image], [RestorationTask.Mri])[0];
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            Assert.AreEqual(image.Pixels[i] + (i % 2 == 0 ? 5 : -5), result.Pixels[i], 0.01);
        }
    }

    [TestMethod]
    public void The_peak_of_a_lesion_comes_back_and_single_pixels_of_noise_do_not()
    {
        // White noise of 10, a lesion whose middle is 60 above it, and a pixel as high, which a model makes all flat.
        const int Side = 96;
        var random = new RandomStream(7);
        static double LesionAt(int i) => 60 * Math.Exp(-(Math.Pow((i % Side) - 48, 2) + Math.Pow((i / Side) - 48, 2)) / 4.5);
        static bool IsSpeck(int i) => i == (20 * Side) + 20;
        var image = new ImageSlice([.. Enumerable.Range(0, Side * Side).Select(i =>
            (float)(100 + (10 * random.NextNormal()) + LesionAt(i) + (IsSpeck(i) ? 60 : 0)))], Side, Side);
        var flat = new ImageSlice([.. Enumerable.Repeat(100f, Side * Side)], Side, Side);
        var with = ResultChanges.KeepMeans(image, flat, new() { Outstanding = 1.5, Peaks = 0.8 });
        var without = ResultChanges.KeepMeans(image, flat, new() { Outstanding = 1.5 });
        Assert.IsGreaterThan(without[48, 48] + 5, with[48, 48]);
        Assert.IsLessThan(without[20, 20] + 5, with[20, 20]);
    }

    [TestMethod]
    public void Of_noise_with_long_tails_no_more_comes_back_than_lesions_would_fill()
    {
        // Noise of 10 with blots of 3 × 3 pixels, 30 higher or lower, on a twentieth of the image, which a model makes all flat.
        const int Side = 96;
        var random = new RandomStream(7);
        float[] blots = [.. Enumerable.Range(0, 32 * 32).Select(_ =>
            random.NextDouble() < 0.05 ? (random.NextDouble() < 0.5 ? -30 : 30) : 0f)];
        var image = new ImageSlice([.. Enumerable.Range(0, Side * Side).Select(i =>
            (float)(100 + (10 * random.NextNormal()) + blots[(i / Side / 3 * 32) + (i % Side / 3)]))], Side, Side);
        var flat = new ImageSlice([.. Enumerable.Repeat(100f, Side * Side)], Side, Side);
        var kept = ResultChanges.KeepMeans(image, flat, new() { All = 30, Outstanding = 1.5 });
        Assert.IsLessThan(0.03, kept.Pixels.Count(pixel => Math.Abs(pixel - 100) > 3) / (double)(Side * Side));
    }

    [TestMethod]
    public void Where_noise_is_that_of_counts_a_faint_lesion_stands_out_of_a_cold_place_beside_a_hot_one()
    {
        // Counts of 900 on the left and of 100 on the right, with a lesion of 15 more there, which a model takes for noise.
        const int Side = 96;
        var random = new RandomStream(7);
        static double LevelAt(int i) => i % Side < 48 ? 900 : 100;
        static bool IsLesion(int i) => Math.Pow((i % Side) - 56, 2) + Math.Pow((i / Side) - 48, 2) <= 16;
        var image = new ImageSlice([.. Enumerable.Range(0, Side * Side).Select(i =>
            (float)(LevelAt(i) + (Math.Sqrt(LevelAt(i)) * random.NextNormal()) + (IsLesion(i) ? 15 : 0)))], Side, Side);
        var restored = new ImageSlice([.. Enumerable.Range(0, Side * Side).Select(i => (float)LevelAt(i))], Side, Side);
        var kept = new[] { false, true }.ToDictionary(counts => counts, counts =>
            ResultChanges.KeepMeans(image, restored, new() { All = 30, Outstanding = 1.5, NoiseOfCounts = counts }));
        double KeptOfTheLesion(bool counts) => Enumerable.Range(0, Side * Side).Where(IsLesion).Average(i =>
            kept[counts].Pixels[i] - 100);
        Assert.IsGreaterThan(4, KeptOfTheLesion(counts: true));
        Assert.IsLessThan(0.5 * KeptOfTheLesion(counts: true), KeptOfTheLesion(counts: false));
    }

    [TestMethod]
    public void The_ensemble_of_a_model_that_treats_all_orientations_alike_is_what_it_makes_of_one()
    {
        using var model = new Remapping((image, i) => image.Pixels[i] * image.Pixels[i]);
        var (expected, actual) = (Restore(model), Restore(model.WithEnsemble()));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-4);
        }

        Assert.AreEqual(9, model.Images, "Once for the model alone, eight times for the ensemble.");
    }

    [TestMethod]
    public void What_a_model_does_to_one_side_the_ensemble_does_to_all()
    {
        // The left neighbour; over all orientations, the mean of the four neighbours of a pixel (the image's border is its own neighbour).
        using var model = new Remapping((image, i) => image.Pixels[i % image.Width == 0 ? i : i - 1]);
        var actual = Restore(model.WithEnsemble());
        for (var y = 0; y < 3; y++)
        {
            for (var x = 0; x < 4; x++)
            {
                var expected = (_image[Math.Max(0, y - 1), x] + _image[Math.Min(2, y + 1), x] + _image[y, Math.Max(0, x - 1)]
                    + _image[y, Math.Min(3, x + 1)]) / 4;
                Assert.AreEqual(expected, actual[(y * 4) + x], 1e-4);
            }
        }
    }

    [TestMethod]
    public void What_is_known_of_a_volume_turns_with_its_image()
    {
        var known = new ImageSlice(_image.Pixels, 3, 4) { VolumeLevel = 9, VolumeExtent = new(0.25, 0.5) };
        var seen = new HashSet<(int, KSpaceExtent?, float?)>();
        using var model = new Remapping((image, i) =>
        {
            seen.Add((image.Height, image.VolumeExtent, image.VolumeLevel));
            return 0;
        });
        _ = model.WithEnsemble().Restore([known], [RestorationTask.Ct]);
        Assert.IsTrue(seen.SetEquals([(3, new(0.25, 0.5), 9), (4, new(0.5, 0.25), 9)]));
    }

    [TestMethod]
    public void Images_that_pass_as_they_are_stay_the_same_objects_and_progress_ends()
    {
        using var model = new Remapping(null);
        var told = new List<double>();
        var result = model.WithEnsemble().WithStrength(0.3).Restore([_image], [RestorationTask.Ct], new Direct(told));
        Assert.AreSame(_image, result[0]);
        Assert.AreEqual(1, told[^1]);
    }

    [TestMethod]
    [DataRow(-0.1)]
    [DataRow(1.01)]
    [DataRow(double.NaN)]
    public void A_strength_is_a_share(double strength)
    {
        using var model = new Remapping(null);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.WithStrength(strength));
    }

    private static float[] Restore(IImageRestorer restorer) => restorer.Restore([_image], [RestorationTask.Ct])[0].Pixels;

    private sealed class Direct(List<double> told) : IProgress<double>
    {
        public void Report(double value) => told.Add(value);
    }

    /// <summary>Computes each pixel of an image; without a function, images pass as they are.</summary>
    private sealed class Remapping(Func<ImageSlice, int, float>? value, TaskVocabulary? vocabulary = null) : IImageRestorer
    {
        public int Images { get; private set; }

        public TaskVocabulary Tasks { get; } = vocabulary ?? TaskVocabulary.Paper;

        public ModelCard Card { get; } = new();

        public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
            IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        {
            Images += images.Count;
            progress?.Report(1);
            return value is null
                ? [.. images]
                : [.. images.Select(image =>
                    new ImageSlice([.. Enumerable.Range(0, image.Pixels.Length).Select(i => value(image, i))], image.Height, image.Width))];
        }

        public void Dispose()
        {
        }
    }
}
