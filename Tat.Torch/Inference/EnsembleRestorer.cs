using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>The mean of what a model makes of an image in all its orientations.</summary>
internal sealed class EnsembleRestorer(IImageRestorer restorer) : IImageRestorer
{
    public TaskVocabulary Tasks => restorer.Tasks;

    public ModelCard Card => restorer.Card;

    public string? ModelHash => restorer.ModelHash;

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        // The first orientation is the image's own; those that pass through as they are have no other result in the rest.
        var results = restorer.Restore(images, tasks, Part(progress, 0), cancellationToken).ToArray();
        int[] changed = [.. Enumerable.Range(0, images.Count).Where(i => !ReferenceEquals(images[i], results[i]))];
        double[][] sums = [.. changed.Select(i => Array.ConvertAll(results[i].Pixels, value => (double)value))];
        for (var orientation = 1; orientation < ImageOrientation.Count && changed.Length > 0; orientation++)
        {
            var turned = changed.Select(i => ImageOrientation.Apply(images[i], orientation)).ToArray();
            var restored = restorer.Restore(turned, [.. changed.Select(i => tasks[i])], Part(progress, orientation), cancellationToken);
            for (var j = 0; j < changed.Length; j++)
            {
                var image = images[changed[j]];
                for (var at = 0; at < sums[j].Length; at++)
                {
                    sums[j][at] += ImageOrientation.At(restored[j], at / image.Width, at % image.Width, image, orientation);
                }
            }
        }

        if (changed.Length == 0)
        {
            progress?.Report(1);
        }

        foreach (var (j, i) in changed.Index())
        {
            results[i] = new(Array.ConvertAll(sums[j], sum => (float)(sum / ImageOrientation.Count)), images[i].Height, images[i].Width);
        }

        return results;
    }

    public void Dispose() => restorer.Dispose();

    private static OrientationProgress? Part(IProgress<double>? progress, int orientation) =>
        progress is null ? null : new(progress, orientation);

    private sealed class OrientationProgress(IProgress<double> progress, int orientation) : IProgress<double>
    {
        public void Report(double value) => progress.Report((orientation + value) / ImageOrientation.Count);
    }
}
