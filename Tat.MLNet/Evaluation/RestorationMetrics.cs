using Tat.Torch.Metrics;

namespace Tat.MLNet.Evaluation;

/// <summary>How close images are to their references: PSNR in dB, SSIM, and RMSE in the task's unit.</summary>
/// <remarks>
/// Measured image by image in the metric window of the task, as the paper does (MICCAI 2025, arXiv 2512.14550), and averaged over images.
/// No average holds an infinity or a NaN: see <see cref="QualitySummary"/> for how identical images and constant references count.
/// </remarks>
public sealed class RestorationMetrics
{
    internal RestorationMetrics(IReadOnlyList<ImageScore> images, IReadOnlyList<ImageRegion> regions)
    {
        (Images, Regions) = (images, regions);
        PerTask = images.GroupBy(image => image.Task.Name).ToDictionary(
            group => group.Key, group => QualitySummary.Of(group.Select(image => image.Quality)), StringComparer.OrdinalIgnoreCase);
        Overall = QualitySummary.OverTasks(images.Select(image => (image.Task, image.Quality)));
    }

    /// <summary>Mean and spread over the images of each task, by its name.</summary>
    public IReadOnlyDictionary<string, QualitySummary> PerTask { get; }

    /// <summary>Mean and spread over all images; an RMSE only where all tasks have the same unit.</summary>
    public QualitySummary Overall { get; }

    /// <summary>Each image, in the order of the data.</summary>
    public IReadOnlyList<ImageScore> Images { get; }

    /// <summary>Each region of each file, in the order of the data and by label; none where no column of labels was named.</summary>
    public IReadOnlyList<ImageRegion> Regions { get; }
}
