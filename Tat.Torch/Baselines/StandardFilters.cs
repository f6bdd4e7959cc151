using Tat.Torch.Tasks;

namespace Tat.Torch.Baselines;

/// <summary>The filters that a model is compared with, each at its best strength for a task of the paper.</summary>
/// <remarks>
/// For CT strength is a multiple of the noise in an image, so that it serves bodies and doses of all kinds; for MRI a multiple of the
/// level. The strengths are those of the highest mean PSNR on training scans with simulated counterparts (CT at a quarter of the dose, PET
/// at a twelfth of the counts, MRI at a factor of 4), as <c>evaluate --data ROOT --split train --tune</c> prints them; no scan that a
/// result is reported for was among them.
/// </remarks>
public static class StandardFilters
{
    /// <summary>CT is filtered where soft tissue and its surroundings are; air and dense bone stay.</summary>
    private static readonly IntensityRange _softTissue = new(-400, 600);

    private static readonly double[] _steps = [0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1, 1.2, 1.4, 2, 2.8, 4];

    /// <summary>The filters for a task.</summary>
    /// <param name="task">The task.</param>
    /// <returns>None for tasks that are not the paper's: their strengths are not known.</returns>
    public static IReadOnlyList<IImageFilter> For(RestorationTask task) => [.. Families(task).Select(family => family.Create(family.Best))];

    /// <summary>The filters for a task at other strengths, a list for each kind.</summary>
    /// <param name="task">The task.</param>
    public static IReadOnlyList<IReadOnlyList<IImageFilter>> Candidates(RestorationTask task) =>
        [.. Families(task).Select(family => (IReadOnlyList<IImageFilter>)[.. _steps.Select(step => family.Create(family.Best * step))])];

    private static Family[] Families(RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Name.ToUpperInvariant() switch
        {
            "CT" =>
            [
                new(0.36, sigma => new GaussianSmoothing { Sigma = sigma }),
                new(6, h => new Clipped(new Scaled(new NonLocalMeans { Strength = h }, ScaleMeasure.Noise), _softTissue)),
                new(2.55, lambda => new Clipped(new Scaled(new TotalVariation { Strength = lambda }, ScaleMeasure.Noise), _softTissue)),
            ],
            "PET" =>
            [
                new(1.36, sigma => new GaussianSmoothing { Sigma = sigma }),
                new(1.75, h => new Scaled(new NonLocalMeans { Strength = h }, ScaleMeasure.Noise)),
                new(1.5, lambda => new Scaled(new TotalVariation { Strength = lambda }, ScaleMeasure.Noise)),
            ],
            "MRI" =>
            [
                new(0.028, h => new Scaled(new NonLocalMeans { Strength = h }, ScaleMeasure.Level)),
                new(0.01, lambda => new Scaled(new TotalVariation { Strength = lambda }, ScaleMeasure.Level)),
                new(0.034, lambda => new Scaled(new KSpaceConsistentTotalVariation { Strength = lambda }, ScaleMeasure.Level)),
            ],
            _ => [],
        };
    }

    /// <summary>A kind of filter and its best strength.</summary>
    private sealed record Family(double Best, Func<double, IImageFilter> Create);
}
