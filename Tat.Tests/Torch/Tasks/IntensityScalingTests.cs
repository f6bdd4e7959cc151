using CsCheck;
using Tat.Tests.Onnx;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Tests.Tasks;

/// <summary>What becomes of intensities on their way through a model, with both back-ends.</summary>
[TestClass]
public sealed class IntensityScalingTests
{
    private const int Height = 19, Width = 22;
    private static IImageRestorer[] _restorers = null!;

    /// <summary>Pixels from far below to far above a range that reaches from 0 to 1.</summary>
    private static readonly Gen<float[]> _pixels = Gen.Frequency(
        (6, Gen.Float[0, 1]), (1, Gen.Float[-0.6f, 0]), (1, Gen.Float[1, 4])).Array[Height * Width];

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        var model = ExportedModels.CreateModel(
            tasks: new(RestorationTask.Pet, RestorationTask.Ct, RestorationTask.MriByVolume with { FitsResolution = false }));
        _restorers = [new OnnxRestorer(ExportedModels.Export(model)), new Restorer(model, ownsModel: true)];
    }

    [ClassCleanup]
    public static void Free() => Array.ForEach(_restorers, restorer => restorer.Dispose());

    [TestMethod]
    public void What_lies_beyond_the_range_passes_through_unrestored() =>
        Gen.Select(_pixels, Gen.Int[0, 2].Select(i => TaskVocabulary.Scans[i])).Sample(
            (pixels, task) =>
            {
                var image = Image(pixels, task.RangeOf(Image(pixels, new(0, 1), 0.5f)), 0.5f);
                var range = task.RangeOf(image);
                var clipped = new ImageSlice([.. image.Pixels.Select(value => Math.Clamp(value, range.Minimum, range.Maximum))], Height,
                    Width)
                { VolumeLevel = 0.5f };
                foreach (var restorer in _restorers)
                {
                    var (whole, inside) = (restorer.Restore([image], [task])[0].Pixels, restorer.Restore([clipped], [task])[0].Pixels);
                    for (var i = 0; i < whole.Length; i++)
                    {
                        Assert.AreEqual(inside[i] + (image.Pixels[i] - clipped.Pixels[i]), whole[i], 2e-5f * range.Width,
                            $"{restorer.GetType().Name}, {task}, pixel {i} of {image.Pixels[i]}");
                    }
                }
            },
            iter: 20);

    [TestMethod]
    public void Padding_and_metal_keep_their_distance_from_the_range()
    {
        var pixels = Enumerable.Repeat(-1024f, Height * Width).ToArray();
        (pixels[30], pixels[31]) = (-3024, 12000);
        foreach (var restorer in _restorers)
        {
            var restored = restorer.Restore([new(pixels, Height, Width)], [RestorationTask.Ct])[0].Pixels;
            Assert.IsTrue(restored[30] + 2000 is >= -1024 and <= 3072, $"{restored[30]}");
            Assert.IsTrue(restored[31] - 8928 is >= -1024 and <= 3072, $"{restored[31]}");
        }
    }

    [TestMethod]
    public void A_volume_that_is_scaled_by_a_factor_gives_a_result_that_is_scaled_by_it() => Gen.Select(_pixels, Gen.Float[-9, 9]).Sample(
        (pixels, exponent) =>
        {
            var factor = MathF.Pow(10, exponent);
            foreach (var restorer in _restorers)
            {
                var restored = restorer.Restore([new(pixels, Height, Width), new([.. pixels.Select(value => factor * value)], Height,
                    Width)], [RestorationTask.MriByVolume, RestorationTask.MriByVolume]);
                for (var i = 0; i < pixels.Length; i++)
                {
                    Assert.AreEqual(restored[0].Pixels[i], restored[1].Pixels[i] / factor, 1e-4f, $"{restorer.GetType().Name}, {factor}");
                }
            }
        },
        iter: 20);

    [TestMethod]
    public void Both_back_ends_agree_on_volumes_of_any_scale() => Gen.Select(_pixels, Gen.Float[-9, 9]).Sample(
        (pixels, exponent) =>
        {
            var scale = MathF.Pow(10, exponent);
            var image = new ImageSlice([.. pixels.Select(value => scale * value)], Height, Width) { VolumeLevel = 0.8f * scale };
            var results = _restorers.Select(restorer => restorer.Restore([image], [RestorationTask.MriByVolume])[0].Pixels).ToArray();
            return results[0].Zip(results[1]).All(pair => Math.Abs(pair.First - pair.Second) < 1e-4f * scale);
        },
        iter: 20);

    [TestMethod]
    [DataRow(0f)]
    [DataRow(-3f)]
    [DataRow(float.NaN)]
    [DataRow(float.MaxValue)]
    public void A_volume_without_a_level_is_left_in_peace(float level)
    {
        var image = new ImageSlice(new float[Height * Width], Height, Width) { VolumeLevel = level };
        Assert.AreEqual(new IntensityRange(0, 1), RestorationTask.MriByVolume.RangeOf(image));
        foreach (var restorer in _restorers)
        {
            Assert.IsTrue(restorer.Restore([image], [RestorationTask.MriByVolume])[0].Pixels.All(float.IsFinite));
        }
    }

    [TestMethod]
    public void The_level_is_that_of_the_volume_and_otherwise_of_the_image()
    {
        var pixels = Enumerable.Repeat(2f, 16).ToArray();
        Assert.AreEqual(new IntensityRange(0, 3), RestorationTask.MriByVolume.RangeOf(new(pixels, 4, 4)));
        Assert.AreEqual(new IntensityRange(0, 15), RestorationTask.MriByVolume.RangeOf(new(pixels, 4, 4) { VolumeLevel = 10 }));
        Assert.AreEqual(new IntensityRange(0, 4095), RestorationTask.Mri.RangeOf(new(pixels, 4, 4) { VolumeLevel = 10 }), "the paper's");
    }

    [TestMethod]
    public void Both_images_of_a_pair_are_normalised_by_the_low_quality_one()
    {
        var pair = new ImagePair(new([1, 2, 3, 30], 2, 2) { VolumeLevel = 4 }, new([1, 2, 6, -1], 2, 2), "pair");
        var normalized = NormalizedPair.From(pair, RestorationTask.MriByVolume);
        CollectionAssert.AreEqual(new[] { 1 / 6f, 2 / 6f, 0.5f, 1 }, normalized.LowQuality);
        CollectionAssert.AreEqual(new[] { 1 / 6f, 2 / 6f, 1, 0f }, normalized.HighQuality);
    }

    [TestMethod]
    public void Values_beyond_a_range_are_counted()
    {
        Assert.AreEqual(3, RestorationTask.Pet.NormalizationRange.CountBeyond([-1, 0, 5, 20, 20.5f, 90, float.NaN]));
    }

    /// <summary>Pixels of [0, 1] and beyond, laid over a range.</summary>
    private static ImageSlice Image(float[] pixels, IntensityRange range, float level) =>
        new([.. pixels.Select(value => range.Minimum + (value * range.Width))], Height, Width) { VolumeLevel = level };
}
