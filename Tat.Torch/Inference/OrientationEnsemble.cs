using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>What a model makes of images in all orientations: for each the mean, and how far the orientations are from it.</summary>
internal static class OrientationEnsemble
{
    /// <summary>Restores images in all orientations.</summary>
    /// <returns>
    /// For each image the mean, and the standard deviation over the orientations, pixel by pixel; an image that passes as it is comes back
    /// itself, with <see langword="null"/>.
    /// </returns>
    public static (ImageSlice Mean, float[]? Spread)[] Restore(IImageRestorer restorer, IReadOnlyList<ImageSlice> images,
        IReadOnlyList<RestorationTask> tasks, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        // The first orientation is the image's own; those that pass through as they are have no other result in the rest.
        var first = restorer.Restore(images, tasks, Part(progress, 0), cancellationToken);
        int[] changed = [.. Enumerable.Range(0, images.Count).Where(i => !ReferenceEquals(images[i], first[i]))];
        Differences[] differences = [.. changed.Select(i => new Differences(images[i], first[i]))];
        for (var orientation = 1; orientation < ImageOrientation.Count && changed.Length > 0; orientation++)
        {
            var turned = changed.Select(i => ImageOrientation.Apply(images[i], orientation)).ToArray();
            var restored = restorer.Restore(turned, [.. changed.Select(i => tasks[i])], Part(progress, orientation), cancellationToken);
            foreach (var (j, result) in restored.Index())
            {
                differences[j].Add(result, orientation);
            }
        }

        if (changed.Length == 0)
        {
            progress?.Report(1);
        }

        var results = Array.ConvertAll(first.ToArray(), image => (image, (float[]?)null));
        foreach (var (j, i) in changed.Index())
        {
            results[i] = differences[j].Summary();
        }

        return results;
    }

    private static OrientationProgress? Part(IProgress<double>? progress, int orientation) =>
        progress is null ? null : new(progress, orientation);

    /// <summary>How the results of an image differ from that of its own orientation.</summary>
    private sealed class Differences(ImageSlice image, ImageSlice first)
    {
        private readonly double[] _sums = new double[image.Pixels.Length];
        private readonly double[] _squares = new double[image.Pixels.Length];

        public void Add(ImageSlice result, int orientation)
        {
            for (var i = 0; i < _sums.Length; i++)
            {
                var value = ImageOrientation.At(result, i / image.Width, i % image.Width, image, orientation);
                var difference = (double)value - first.Pixels[i];
                _sums[i] += difference;
                _squares[i] += difference * difference;
            }
        }

        public (ImageSlice Mean, float[] Spread) Summary()
        {
            var (mean, spread) = (new float[_sums.Length], new float[_sums.Length]);
            for (var i = 0; i < mean.Length; i++)
            {
                var average = _sums[i] / ImageOrientation.Count;
                mean[i] = (float)(first.Pixels[i] + average);
                spread[i] = (float)Math.Sqrt(Math.Max(0, _squares[i] - (average * _sums[i])) / (ImageOrientation.Count - 1));
            }

            return (new(mean, image.Height, image.Width), spread);
        }
    }

    private sealed class OrientationProgress(IProgress<double> progress, int orientation) : IProgress<double>
    {
        public void Report(double value) => progress.Report((orientation + value) / ImageOrientation.Count);
    }
}
