using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Inference.Variants;

/// <summary>What a result can become beside its image.</summary>
internal static class ResultChanges
{
    /// <summary>
    /// Standard deviation in pixels of the blur whose means are kept whatever they are: the least that costs no PSNR on the mean of scans
    /// that the model was not trained on.
    /// </summary>
    public const double Sigma = 6;

    /// <summary>Standard deviations in pixels of the finer blurs, whose means are kept where they stand out of the noise.</summary>
    private static readonly double[] _fineSigmas = [3, 1.5];

    /// <summary>Over such a Gaussian, in pixels, the noise of a mean is estimated.</summary>
    private const double NoiseSigma = 12;

    /// <summary>By how many standard deviations a mean stands out.</summary>
    private const double Significance = 2;

    /// <summary>A part of the change: x + strength · (y − x), for the image x and the result y.</summary>
    public static ImageSlice TakePart(ImageSlice image, ImageSlice restored, double strength) =>
        new([.. image.Pixels.Zip(restored.Pixels, (before, after) => (float)(before + (strength * ((double)after - before))))],
            image.Height, image.Width);

    /// <summary>
    /// Local means of the image: y + G(x − y), with x the image, y the result and G a Gaussian blur. Structures that are wide beside G come
    /// from the measurement, fine ones from the model; noise of a scan is fine, and little of it comes back.
    /// </summary>
    public static ImageSlice KeepMeans(ImageSlice image, ImageSlice restored)
    {
        var removed = Removed(image, restored, Sigma);
        return new([.. restored.Pixels.Zip(removed, (value, mean) => value + mean)], image.Height, image.Width);
    }

    /// <summary>
    /// The same, and then with finer blurs for what stands out of the noise: of d = G(x − y) the part max(0, 1 − 4 v / d²), where v is the
    /// mean of d² around it. Noise that was removed rarely stands out of itself; a lesion that was taken for noise does.
    /// </summary>
    public static ImageSlice KeepLocalMeans(ImageSlice image, ImageSlice restored)
    {
        var result = KeepMeans(image, restored);
        foreach (var sigma in _fineSigmas)
        {
            var removed = Removed(image, result, sigma);
            var noise = GaussianFilter.Blur([.. removed.Select(mean => mean * mean)], image.Height, image.Width, NoiseSigma);
            result = new([.. result.Pixels.Select((value, i) => value + SignificantPart(removed[i], noise[i]))], image.Height, image.Width);
        }

        return result;
    }

    private static float[] Removed(ImageSlice image, ImageSlice restored, double sigma) => GaussianFilter.Blur(
        [.. image.Pixels.Zip(restored.Pixels, (before, after) => before - after)], image.Height, image.Width, sigma);

    private static float SignificantPart(float mean, float variance)
    {
        var (square, noise) = ((double)mean * mean, Significance * Significance * variance);
        return square > noise ? (float)(mean * (1 - (noise / square))) : 0;
    }
}
