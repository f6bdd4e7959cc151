using Tat.Tests.Degradation;
using Tat.Torch.Baselines;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Metrics;

[TestClass]
public sealed class ImageFidelityTests
{
    private static readonly IntensityRange _window = new(0, 2000);

    /// <summary>A disc with faint noise: body, flat regions and an edge.</summary>
    private static readonly ImageSlice _body = Sum(Disc(10, 50, 500), TestImages.Random(128, 128, 1, -5, 5));

    [TestMethod]
    public void The_reference_itself_is_without_bias_and_as_sharp_as_it_is()
    {
        var fidelity = ImageFidelity.Measure(_body, _body, _window);
        Assert.AreEqual((0, 0, 1), (fidelity.Bias, fidelity.PeakBias, fidelity.EdgeSharpness));
        Assert.AreEqual(10 / Math.Sqrt(12), fidelity.Noise, 0.1);
    }

    [TestMethod]
    public void Bias_is_the_mean_error_inside_the_body()
    {
        var brighter = new ImageSlice([.. _body.Pixels.Select(value => value > 250 ? value + 20 : value - 5)], 128, 128);
        Assert.AreEqual(20, ImageFidelity.Measure(brighter, _body, _window).Bias, 1e-3);
    }

    [TestMethod]
    public void Peak_bias_is_that_of_hot_spots()
    {
        var hot = Sum(_body, TestImages.Disc(128, 3.5, 900, 0));
        var fidelity = ImageFidelity.Measure(new GaussianSmoothing { Sigma = 2 }.Apply(hot), hot, _window);
        Assert.IsInRange(-0.4, -0.05, fidelity.PeakBias);
        var louder = new ImageSlice([.. hot.Pixels.Select(value => 1.1f * value)], 128, 128);
        Assert.AreEqual(0.1, ImageFidelity.Measure(louder, hot, _window).PeakBias, 1e-3);
    }

    [TestMethod]
    public void Blurring_lowers_sharpness_noise_and_the_frequency_of_noise()
    {
        var sharp = ImageFidelity.Measure(_body, _body, _window);
        var blurred = ImageFidelity.Measure(new GaussianSmoothing { Sigma = 1.5 }.Apply(_body), _body, _window);
        Assert.IsInRange(0.3, 0.8, blurred.EdgeSharpness);
        Assert.IsLessThan(sharp.Noise / 3, blurred.Noise);
        Assert.IsLessThan(sharp.NoiseFrequency / 1.8, blurred.NoiseFrequency);
    }

    [TestMethod]
    public void White_noise_has_the_mean_frequency_of_the_square_of_frequencies()
    {
        var noise = Sum(Disc(100, 64, 500), TestImages.Random(128, 128, 4, -50, 50));

        // The mean distance from the centre of a square of side 1 is 0.3826.
        Assert.AreEqual(0.3826, ImageFidelity.Measure(noise, noise, _window).NoiseFrequency, 0.01);
    }

    [TestMethod]
    public void Noise_does_not_count_as_sharpness()
    {
        var noisy = Sum(_body, TestImages.Random(128, 128, 5, -40, 40));
        Assert.AreEqual(1, ImageFidelity.Measure(noisy, _body, _window).EdgeSharpness, 0.05);
    }

    [TestMethod]
    public void What_an_image_has_not_is_not_a_number()
    {
        var nothing = new ImageSlice(new float[64], 8, 8);
        var fidelity = ImageFidelity.Measure(nothing, nothing, _window);
        Assert.IsTrue(new[]
        {
            fidelity.Bias,
            fidelity.PeakBias,
            fidelity.Noise,
            fidelity.NoiseFrequency,
            fidelity.EdgeSharpness,
        }.All(double.IsNaN));
        Assert.ThrowsExactly<ArgumentException>(() => ImageFidelity.Measure(nothing, _body, _window));
    }

    private static ImageSlice Disc(float outside, double radius, float inside) => TestImages.Disc(128, radius, inside, outside);

    private static ImageSlice Sum(ImageSlice a, ImageSlice b) => new([.. a.Pixels.Zip(b.Pixels, (x, y) => x + y)], a.Height, a.Width);
}
