using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Inference.Variants;

/// <summary>What a result can become beside its image.</summary>
internal static class ResultChanges
{
    /// <summary>
    /// Standard deviation of the blur of <see cref="KeepLocalMeans"/> in pixels: the least that costs no PSNR on the mean of scans that the
    /// model was not trained on.
    /// </summary>
    public const double Sigma = 6;

    /// <summary>A part of the change: x + strength · (y − x), for the image x and the result y.</summary>
    public static ImageSlice TakePart(ImageSlice image, ImageSlice restored, double strength) =>
        new([.. image.Pixels.Zip(restored.Pixels, (before, after) => (float)(before + (strength * ((double)after - before))))],
            image.Height, image.Width);

    /// <summary>
    /// Local means of the image: y + G(x − y), for a Gaussian blur G. Structures that are wide beside G come from the measurement, fine
    /// ones from the model; noise of a scan is fine, and little of it comes back.
    /// </summary>
    public static ImageSlice KeepLocalMeans(ImageSlice image, ImageSlice restored)
    {
        float[] removed = [.. image.Pixels.Zip(restored.Pixels, (before, after) => before - after)];
        var local = GaussianFilter.Blur(removed, image.Height, image.Width, Sigma);
        return new([.. restored.Pixels.Zip(local, (value, mean) => value + mean)], image.Height, image.Width);
    }
}
