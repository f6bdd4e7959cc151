using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Numerics;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>What a result can become beside its image.</summary>
internal static class ResultChanges
{
    /// <summary>
    /// Standard deviation in pixels of the blur whose means are kept whatever they are: the least that costs no PSNR on the mean of scans
    /// that the model was not trained on.
    /// </summary>
    private const double Sigma = 6;

    /// <summary>Standard deviations in pixels of the finer blurs, whose means are kept where they stand out of the noise.</summary>
    private static readonly double[] _fineSigmas = [3, FinestSigma];

    /// <summary>The finest of them.</summary>
    private const double FinestSigma = 1.5;

    /// <summary>Over such a Gaussian, in pixels, the noise of a mean is estimated.</summary>
    private const double NoiseSigma = 12;

    /// <summary>By how many standard deviations a mean stands out.</summary>
    private const double Significance = 2;

    /// <summary>A part of the change: x + strength · (y − x), for the image x and the result y.</summary>
    public static ImageSlice TakePart(ImageSlice image, ImageSlice restored, double strength) =>
        new([.. image.Pixels.Zip(restored.Pixels, (before, after) => (float)(before + (strength * ((double)after - before))))],
            image.Height, image.Width);

    /// <summary>Whether all means are kept in results of a task that a model makes by itself.</summary>
    public static bool AreAllMeansKept(ModelCard card, RestorationTask task) => FinestOf(card, task) <= FinestSigma;

    /// <summary>A result with those local means of its image that the model's card names for the task.</summary>
    public static ImageSlice KeepMeans(ImageSlice image, ImageSlice restored, ModelCard card, RestorationTask task) =>
        FinestOf(card, task) is var finest and <= Sigma ? KeepMeans(image, restored, finest) : restored;

    /// <summary>
    /// Local means of the image: y + G(x − y), with x the image, y the result and G a Gaussian blur. Structures that are wide beside G come
    /// from the measurement, fine ones from the model; noise of a scan is fine, and little of it comes back. Then the same with finer blurs
    /// for what stands out of the noise: of d = G(x − y) the part max(0, 1 − 4 v / d²), where v is the mean of d² around it. Noise that was
    /// removed rarely stands out of itself; a lesion that was taken for noise does.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="restored">What the model has made of it.</param>
    /// <param name="finest">The standard deviation of the finest blur.</param>
    public static ImageSlice KeepMeans(ImageSlice image, ImageSlice restored, double finest = FinestSigma)
    {
        var result = Add(restored, Removed(image, restored, Sigma));
        foreach (var sigma in _fineSigmas.Where(sigma => sigma >= finest))
        {
            var removed = Removed(image, result, sigma);
            var noise = GaussianFilter.Blur([.. removed.Select(mean => mean * mean)], image.Height, image.Width, NoiseSigma);
            result = Add(result, removed.Zip(noise, SignificantPart));
        }

        return result;
    }

    private static double FinestOf(ModelCard card, RestorationTask task) => card.KeepsMeans
        .FirstOrDefault(item => item.Key.Equals(task.Name, StringComparison.OrdinalIgnoreCase), new("", double.PositiveInfinity)).Value;

    private static ImageSlice Add(ImageSlice image, IEnumerable<float> values) =>
        new([.. image.Pixels.Zip(values, (value, added) => value + added)], image.Height, image.Width);

    private static float[] Removed(ImageSlice image, ImageSlice restored, double sigma) => GaussianFilter.Blur(
        [.. image.Pixels.Zip(restored.Pixels, (before, after) => before - after)], image.Height, image.Width, sigma);

    private static float SignificantPart(float mean, float variance)
    {
        var (square, noise) = ((double)mean * mean, Significance * Significance * variance);
        return square > noise ? (float)(mean * (1 - (noise / square))) : 0;
    }
}
