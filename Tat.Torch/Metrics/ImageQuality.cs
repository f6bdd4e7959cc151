using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Metrics;

/// <summary>How close an image is to its reference.</summary>
/// <remarks>
/// The protocol of the paper (MICCAI 2025, arXiv 2512.14550): both images are clipped to a window, the data range is max − min of the
/// clipped reference, PSNR = 10·log10(range² / MSE), and SSIM (Wang et al., IEEE TIP 2004) takes an 11×11 Gaussian window with σ = 1.5,
/// zero padding, C1 = (0.01·range)² and C2 = (0.03·range)², averaged over the whole image.
/// Identical images have a PSNR of +∞. What cannot be measured is NaN, and <see cref="Problem"/> says why.
/// </remarks>
/// <param name="Psnr">Peak signal-to-noise ratio in dB; +∞ for identical images, NaN where the reference is constant.</param>
/// <param name="Ssim">Structural similarity, at most 1; NaN where the reference is constant.</param>
/// <param name="Rmse">Root-mean-square error over all pixels, in the images' unit.</param>
/// <param name="DataRange">Maximum − minimum of the clipped reference: 0 for a constant one, NaN if a pixel is not finite.</param>
public readonly record struct ImageQuality(double Psnr, double Ssim, double Rmse, double DataRange)
{
    /// <summary>Why PSNR and SSIM are NaN; <see langword="null"/> where they are numbers.</summary>
    public string? Problem => DataRange switch
    {
        > 0 => null,
        0 => "the reference is constant inside the metric window, so PSNR and SSIM have no data range",
        _ => "a pixel is NaN or infinite",
    };

    /// <summary>Whether image and reference are equal inside the window, which makes the PSNR infinite.</summary>
    public bool IsIdentical => double.IsPositiveInfinity(Psnr);

    /// <summary>Compares an image with its reference.</summary>
    /// <param name="image">The image to judge.</param>
    /// <param name="reference">The image that it should equal, of the same size and unit.</param>
    /// <param name="window">The intensities to which both are clipped first, such as <see cref="RestorationTask.MetricWindow"/>;
    /// <see langword="null"/> to clip nothing.</param>
    /// <exception cref="ArgumentException">The images differ in size.</exception>
    public static ImageQuality Measure(ImageSlice image, ImageSlice reference, IntensityRange? window = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(reference);
        if (image.Height != reference.Height || image.Width != reference.Width)
        {
            throw new ArgumentException(
                $"The image is {image.Height} × {image.Width} and its reference {reference.Height} × {reference.Width}; only images of the "
                + "same size can be compared.",
                nameof(image));
        }

        if (!FiniteValues.AllIn(image) || !FiniteValues.AllIn(reference))
        {
            return new(double.NaN, double.NaN, double.NaN, double.NaN);
        }

        var (x, y) = (Clip(image.Pixels, window), Clip(reference.Pixels, window));
        var range = y.Max() - y.Min();
        var meanSquare = MeanSquaredDifference(x, y);
        var rmse = Math.Sqrt(meanSquare);
        return range == 0
            ? new(double.NaN, double.NaN, rmse, 0)
            : new(10 * Math.Log10(range * range / meanSquare), StructuralSimilarity.Mean(x, y, image.Height, image.Width, range), rmse,
                range);
    }

    /// <summary>Clipped values in double precision.</summary>
    private static double[] Clip(float[] pixels, IntensityRange? window)
    {
        var (minimum, maximum) = window is null ? (float.MinValue, float.MaxValue) : (window.Minimum, window.Maximum);
        return Array.ConvertAll(pixels, pixel => (double)Math.Clamp(pixel, minimum, maximum));
    }

    private static double MeanSquaredDifference(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            var difference = x[i] - y[i];
            sum += difference * difference;
        }

        return sum / x.Length;
    }
}
