using CsCheck;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using TorchSharp;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class ImageQualityTests
{
    private static readonly Gen<(int Height, int Width, int Seed)> _sizes = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 1000]);

    [TestMethod]
    public void Equals_the_published_programs_numbers()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Golden", "metrics.safetensors"));
        using var scope = torch.NewDisposeScope();
        var golden = new SafetensorsReader(file, file.Name).ReadAll();
        var results = golden["result"].data<double>().ToArray();
        for (var pair = 0; pair < 6; pair++)
        {
            var image = new ImageSlice(golden[$"img{pair}"].data<float>().ToArray(), 96, 96);
            var reference = new ImageSlice(golden[$"ref{pair}"].data<float>().ToArray(), 96, 96);
            var quality = ImageQuality.Measure(image, reference);
            double[] actual = [quality.DataRange, quality.Psnr, quality.Ssim, quality.Rmse];
            for (var column = 0; column < 4; column++)
            {
                var expected = results[(pair * 4) + column];
                Assert.AreEqual(expected, actual[column], 1e-4 * Math.Abs(expected), $"pair {pair}, column {column}");
            }
        }
    }

    [TestMethod]
    public void Ssim_equals_the_definition_for_every_size() => _sizes.Sample(size =>
    {
        var (image, reference) = RandomPair(size);
        var quality = ImageQuality.Measure(image, reference);
        return quality.Problem is not null || Math.Abs(quality.Ssim - SsimByDefinition(image, reference, quality.DataRange)) < 1e-9;
    }, iter: 60);

    [TestMethod]
    public void Rmse_and_psnr_follow_from_the_definition_for_every_size() => _sizes.Sample(size =>
    {
        var (image, reference) = RandomPair(size);
        var quality = ImageQuality.Measure(image, reference);
        var meanSquare = image.Pixels.Zip(reference.Pixels, (a, b) => Math.Pow((double)a - b, 2)).Average();
        return Math.Abs(quality.Rmse - Math.Sqrt(meanSquare)) < 1e-9
            && (quality.Problem is not null
                || Math.Abs(quality.Psnr - (20 * Math.Log10(quality.DataRange / Math.Sqrt(meanSquare)))) < 1e-9);
    }, iter: 100);

    [TestMethod]
    public void Values_outside_the_window_count_as_its_ends()
    {
        var image = new ImageSlice([-1000, 0, 100, 3000], 2, 2);
        var reference = new ImageSlice([-200, 0, 90, 250], 2, 2);
        var quality = ImageQuality.Measure(image, reference, RestorationTask.Ct.MetricWindow);
        Assert.AreEqual(400, quality.DataRange);
        Assert.AreEqual(5, quality.Rmse, 1e-12);
    }

    [TestMethod]
    public void Identical_images_have_infinite_psnr()
    {
        var image = new ImageSlice([1, 2, 3, 4], 1, 4);
        var quality = ImageQuality.Measure(image, image);
        Assert.IsTrue(quality.IsIdentical);
        Assert.AreEqual(1, quality.Ssim, 1e-12);
        Assert.AreEqual(0, quality.Rmse);
        Assert.IsNull(quality.Problem);
    }

    [TestMethod]
    public void A_constant_reference_is_explained_and_keeps_its_rmse()
    {
        var quality = ImageQuality.Measure(new([1, 3], 1, 2), new([2, 2], 1, 2));
        Assert.IsTrue(double.IsNaN(quality.Psnr) && double.IsNaN(quality.Ssim));
        Assert.AreEqual(1, quality.Rmse);
        StringAssert.Contains(quality.Problem, "constant");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void A_pixel_that_is_not_finite_is_explained(float pixel)
    {
        var quality = ImageQuality.Measure(new([1, pixel], 1, 2), new([1, 2], 1, 2), RestorationTask.Pet.MetricWindow);
        Assert.IsTrue(double.IsNaN(quality.Rmse));
        StringAssert.Contains(quality.Problem, "NaN or infinite");
    }

    [TestMethod]
    public void Images_of_different_size_are_refused_with_both_sizes()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => ImageQuality.Measure(new(new float[6], 2, 3), new(new float[6], 3, 2)));
        StringAssert.Contains(error.Message, "2 × 3");
        StringAssert.Contains(error.Message, "3 × 2");
    }

    private static (ImageSlice Image, ImageSlice Reference) RandomPair((int Height, int Width, int Seed) size)
    {
        var random = new Random(size.Seed);
        float[] Pixels() => [.. Enumerable.Range(0, size.Height * size.Width).Select(_ => (float)(random.NextDouble() * 400) - 160)];
        return (new(Pixels(), size.Height, size.Width), new(Pixels(), size.Height, size.Width));
    }

    private static double SsimByDefinition(ImageSlice image, ImageSlice reference, double range)
    {
        var sum = 0.0;
        for (var row = 0; row < image.Height; row++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                var (x, y, xx, yy, xy, total) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
                for (var i = -5; i <= 5; i++)
                {
                    for (var j = -5; j <= 5; j++)
                    {
                        var weight = Math.Exp(-((i * i) + (j * j)) / 4.5);
                        total += weight;
                        if (row + i >= 0 && row + i < image.Height && column + j >= 0 && column + j < image.Width)
                        {
                            var (a, b) = ((double)image[row + i, column + j], (double)reference[row + i, column + j]);
                            (x, y, xx, yy, xy) = (x + (weight * a), y + (weight * b), xx + (weight * a * a), yy + (weight * b * b),
                                xy + (weight * a * b));
                        }
                    }
                }

                (x, y, xx, yy, xy) = (x / total, y / total, xx / total, yy / total, xy / total);
                var (c1, c2) = (Math.Pow(0.01 * range, 2), Math.Pow(0.03 * range, 2));
                sum += ((2 * x * y) + c1) * ((2 * (xy - (x * y))) + c2) / (((x * x) + (y * y) + c1) * (xx - (x * x) + yy - (y * y) + c2));
            }
        }

        return sum / image.Pixels.Length;
    }
}
