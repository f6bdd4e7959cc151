using Tat.Torch.Baselines;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>Finds the strength of each kind of filter that gives the highest mean PSNR.</summary>
internal static class FilterTuning
{
    /// <summary>A filter at its best strength, and what it reaches.</summary>
    public sealed record Best(string Task, string Filter, double Psnr, int Images);

    /// <summary>Tries all strengths.</summary>
    /// <param name="images">Degraded images and references.</param>
    /// <param name="cancellationToken">Stops between filters.</param>
    public static IReadOnlyList<Best> Run(
        IReadOnlyList<(RestorationTask Task, ImagePair Pair)> images, CancellationToken cancellationToken) =>
        [.. images.GroupBy(image => image.Task).SelectMany(task => StandardFilters.Candidates(task.Key).Select(candidates => candidates
            .Select(filter => new Best(task.Key.Name, filter.Name, MeanPsnr(filter, [.. task], cancellationToken), task.Count()))
            .MaxBy(best => best.Psnr)!))];

    private static double MeanPsnr(
        IImageFilter filter, IReadOnlyList<(RestorationTask Task, ImagePair Pair)> images, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueSummary.OfFinite(images.Select(image =>
            ImageQuality.Measure(filter.Apply(image.Pair.LowQuality), image.Pair.HighQuality, image.Task.MetricWindow).Psnr)).Mean;
    }
}
