using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Numerics;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>What a result can become beside its image.</summary>
internal static class ResultChanges
{
    /// <summary>
    /// Which local means results get on demand: no finer ones, because streaks of CT scans stand out of the noise, too.
    /// </summary>
    private static readonly KeptMeans _onDemand = new() { Outstanding = 1.5 };

    /// <summary>
    /// Blurs whose means may stand out of the noise: standard deviations in pixels, and which share of the means does so at most. Lesions
    /// are a smaller one; where more is far out, noise has long tails.
    /// </summary>
    private static readonly (double Size, double Share)[] _blurs = [(3, 0.01), (1.5, 0.019)];

    /// <summary>Over such a Gaussian, in pixels, the noise of a mean is estimated.</summary>
    private const double NoiseSigma = 12;

    /// <summary>By how many standard deviations a mean stands out, at least.</summary>
    private const double Significance = 2.5;

    /// <summary>Over such a Gaussian, in pixels, is the level taken that noise of counts follows.</summary>
    private const double LevelSigma = 2;

    /// <summary>Below this share of the highest level, noise is taken to be that of this level.</summary>
    private const double LowestLevel = 0.02;

    /// <summary>A part of the change: x + strength · (y − x), for the image x and the result y.</summary>
    public static ImageSlice TakePart(ImageSlice image, ImageSlice restored, double strength) =>
        new([.. image.Pixels.Zip(restored.Pixels, (before, after) => (float)(before + (strength * ((double)after - before))))],
            image.Height, image.Width);

    /// <summary>Whether results of a task that a model makes by itself have all local means that others get on demand.</summary>
    public static bool AreMeansKept(ModelCard card, RestorationTask task) =>
        MeansOf(card, task) is { Outstanding: { } finest } kept && kept.All <= _onDemand.All && finest <= _onDemand.Outstanding;

    /// <summary>A result with those local means of its image that the model's card names for the task.</summary>
    public static ImageSlice KeepMeans(ImageSlice image, ImageSlice restored, ModelCard card, RestorationTask task) =>
        MeansOf(card, task) is { } kept ? KeepMeans(image, restored, kept) : restored;

    /// <summary>
    /// Local means of the image. For x the image, y the result and G a Gaussian blur, from wide blurs to fine ones: y takes of
    /// d = G(x − y) the part max(0, 1 − t² v / d²), where v is the variance of d around it and t how far a mean stands out: further where
    /// many are far out. Noise that was removed rarely stands out of itself; a lesion that was taken for noise does, and gets the same part
    /// of a still finer blur, so that its peak comes back where single pixels of noise do not. In the end y + G(x − y) with the blur whose
    /// means are kept whatever they are: structures that are wide beside it come from the measurement, fine ones from the model; noise of a
    /// scan is fine, and little of it comes back.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="restored">What the model has made of it.</param>
    /// <param name="kept">Which means; by default those that are had on demand.</param>
    public static ImageSlice KeepMeans(ImageSlice image, ImageSlice restored, KeptMeans? kept = null)
    {
        kept ??= _onDemand;
        var result = restored;
        float[] parts = [];
        foreach (var (size, share) in _blurs.Where(blur => blur.Size >= kept.Outstanding))
        {
            var removed = Removed(image, result, size);
            parts = OutstandingParts(removed, NoiseOf(removed, result, kept.NoiseOfCounts), share);
            result = Add(result, removed.Zip(parts, (mean, part) => part * mean));
        }

        if (kept.Peaks is { } peaks && parts.Length > 0)
        {
            result = Add(result, Removed(image, result, peaks).Zip(parts, (mean, part) => part * mean));
        }

        return Add(result, Removed(image, result, kept.All));
    }

    /// <summary>A result whose frequencies are those of the image in the block of k-space that was measured.</summary>
    public static ImageSlice KeepFrequencies(ImageSlice image, ImageSlice restored) => new MeasuredFrequencies(image).PutBack(restored);

    private static KeptMeans? MeansOf(ModelCard card, RestorationTask task) =>
        card.KeepsMeans.FirstOrDefault(item => item.Key.Equals(task.Name, StringComparison.OrdinalIgnoreCase)).Value;

    private static ImageSlice Add(ImageSlice image, IEnumerable<float> values) =>
        new([.. image.Pixels.Zip(values, (value, added) => value + added)], image.Height, image.Width);

    private static float[] Removed(ImageSlice image, ImageSlice restored, double sigma) => GaussianFilter.Blur(
        [.. image.Pixels.Zip(restored.Pixels, (before, after) => before - after)], image.Height, image.Width, sigma);

    /// <summary>The noise of means that were removed.</summary>
    private static Noise NoiseOf(float[] removed, ImageSlice result, bool ofCounts)
    {
        float[] OverNeighbourhood(IEnumerable<float> values) => GaussianFilter.Blur([.. values], result.Height, result.Width, NoiseSigma);
        if (!ofCounts)
        {
            return new(OverNeighbourhood(removed.Select(mean => mean * mean)), [.. removed.Select(_ => true)]);
        }

        var level = GaussianFilter.Blur([.. result.Pixels], result.Height, result.Width, LevelSigma);
        var lowest = (float)(LowestLevel * Math.Max(level.Max(), float.Epsilon));
        bool[] counted = [.. level.Select(value => value > lowest)];
        level = [.. level.Select(value => Math.Max(value, lowest))];
        var perLevel = OverNeighbourhood(removed.Zip(level, (mean, at) => mean * mean / at));
        return new([.. perLevel.Zip(level, (variance, at) => variance * at)], counted);
    }

    private static float[] OutstandingParts(float[] removed, Noise noise, double share)
    {
        double[] squares = [.. removed.Zip(noise.Variance, (mean, variance) => variance > 0 ? (double)mean * mean / variance : 0)];
        var threshold = Significance * Significance;
        double[] outstanding = [.. squares.Where((square, i) => square > threshold && noise.Counted[i]).Order()];
        var most = (int)(share * noise.Counted.Count(counted => counted));
        if (outstanding.Length > most)
        {
            threshold = outstanding[^(most + 1)];
        }

        return [.. squares.Select(square => square > threshold ? (float)(1 - (threshold / square)) : 0)];
    }

    /// <summary>The noise of local means.</summary>
    /// <param name="Variance">Of the mean at each pixel.</param>
    /// <param name="Counted">Whether it is one of those of which a share stands out at most: not in the background.</param>
    private readonly record struct Noise(float[] Variance, bool[] Counted);
}
