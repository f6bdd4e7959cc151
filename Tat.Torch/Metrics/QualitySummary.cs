using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Metrics;

/// <summary>
/// The quality of several images: per metric the mean and the standard deviation over those images for which it is a finite number.
/// </summary>
/// <remarks>
/// An average never holds an infinity or a NaN. Identical images (PSNR +∞) count with SSIM 1 and RMSE 0, are left out of the PSNR average
/// only, and <see cref="IdenticalImages"/> tells how many there were. Images whose PSNR and SSIM are undefined (see
/// <see cref="ImageQuality.Problem"/>) are left out of both and counted by <see cref="UndefinedImages"/>; a constant reference still has an
/// RMSE.
/// </remarks>
public sealed record QualitySummary
{
    /// <summary>Peak signal-to-noise ratio in dB.</summary>
    public ValueSummary Psnr { get; private init; }

    /// <summary>Structural similarity.</summary>
    public ValueSummary Ssim { get; private init; }

    /// <summary>Root-mean-square error in the task's unit; of no value (count 0) in a summary over tasks of different units.</summary>
    public ValueSummary Rmse { get; private init; }

    /// <summary>Number of images, measurable or not.</summary>
    public int Images { get; private init; }

    /// <summary>Number of images without PSNR and SSIM.</summary>
    public int UndefinedImages { get; private init; }

    /// <summary>Number of images equal to their reference, which have an infinite PSNR.</summary>
    public int IdenticalImages { get; private init; }

    /// <summary>Summarises images of one task.</summary>
    /// <param name="qualities">Their measurements.</param>
    public static QualitySummary Of(IEnumerable<ImageQuality> qualities)
    {
        ArgumentNullException.ThrowIfNull(qualities);
        ImageQuality[] all = [.. qualities];
        return new()
        {
            Psnr = ValueSummary.OfFinite(all.Select(quality => quality.Psnr)),
            Ssim = ValueSummary.OfFinite(all.Select(quality => quality.Ssim)),
            Rmse = ValueSummary.OfFinite(all.Select(quality => quality.Rmse)),
            Images = all.Length,
            UndefinedImages = all.Count(quality => quality.Problem is not null),
            IdenticalImages = all.Count(quality => quality.IsIdentical),
        };
    }

    /// <summary>
    /// Summarises images of several tasks together: each image counts the same. There is an RMSE only if all tasks have the same unit.
    /// </summary>
    /// <param name="qualities">Measurements with the task of each.</param>
    public static QualitySummary OverTasks(IEnumerable<(RestorationTask Task, ImageQuality Quality)> qualities)
    {
        ArgumentNullException.ThrowIfNull(qualities);
        (RestorationTask Task, ImageQuality Quality)[] all = [.. qualities];
        var summary = Of(all.Select(item => item.Quality));
        return all.DistinctBy(item => item.Task.Unit).Count() <= 1 ? summary : summary with { Rmse = ValueSummary.OfFinite([]) };
    }

    /// <summary>The means alone, as a model card keeps them.</summary>
    public TaskScore ToScore() => new(Psnr.Mean, Ssim.Mean, Rmse.Mean, Images);
}
