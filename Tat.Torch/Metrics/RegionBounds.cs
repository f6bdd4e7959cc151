using Tat.Torch.Tasks;

namespace Tat.Torch.Metrics;

/// <summary>
/// How far values in regions may be off for measurements to be trusted: CT a mean within 1 HU; PET the mean uptake of an organ within 2 %,
/// and SUVmax of a lesion of 10 mm and more within 5 %. Other tasks have no bounds, as their values have no scale.
/// </summary>
public static class RegionBounds
{
    /// <summary>CT: of the mean, in HU.</summary>
    public const double Hounsfield = 1;

    /// <summary>PET: of the mean of a region that is no lesion, as a share.</summary>
    public const double Uptake = 0.02;

    /// <summary>PET: of the maximum of a lesion, as a share.</summary>
    public const double LesionMaximum = 0.05;

    /// <summary>PET: the smallest diameter of a lesion whose maximum is bounded, in mm.</summary>
    public const double SmallestLesion = 10;

    /// <summary>Whether a region is a lesion by its name, as in <c>lesion 2</c>.</summary>
    /// <param name="name">What the region is called.</param>
    public static bool IsLesion(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("lesion", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Holds a region to the bound of its task.</summary>
    /// <param name="task">The task of the images.</param>
    /// <param name="name">What the region is called.</param>
    /// <param name="score">What is in it.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm; <see langword="null"/> where it is unknown: then lesions of any size are
    /// bounded.</param>
    /// <returns>What is off by how much, as the rest of a sentence; an empty text where the bound is kept; <see langword="null"/> where
    /// there is none.</returns>
    public static string? Check(RestorationTask task, string name, RegionScore score, double? pixelSpacing)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Name.Equals(RestorationTask.Ct.Name, StringComparison.OrdinalIgnoreCase))
        {
            return Math.Abs(score.Bias) <= Hounsfield
                ? ""
                : FormattableString.Invariant($"the mean is off by {score.Bias:+0.0;−0.0} HU, more than {Hounsfield} HU");
        }

        if (!task.Name.Equals(RestorationTask.Pet.Name, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!IsLesion(name))
        {
            return CheckShare("the mean", score.RelativeBias, Uptake);
        }

        return pixelSpacing is { } spacing && score.DiameterOf(spacing) < SmallestLesion
            ? null
            : CheckShare("the maximum", score.RelativeMaximumBias, LesionMaximum);
    }

    private static string? CheckShare(string what, double share, double bound) => double.IsNaN(share) ? null
        : Math.Abs(share) <= bound ? ""
        : FormattableString.Invariant($"{what} is off by {100 * share:+0.0;−0.0} %, more than {100 * bound} %");
}
