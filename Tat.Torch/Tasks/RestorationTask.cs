using Tat.Torch.Imaging;

namespace Tat.Torch.Tasks;

/// <summary>A kind of restoration that a model learns: what is measured, in which unit and over which range.</summary>
/// <remarks>
/// The three of the paper (MICCAI 2025, arXiv 2512.14550) are <see cref="Pet"/>, <see cref="Ct"/> and <see cref="Mri"/>.
/// Create an instance for a task of your own. Immutable and safe for concurrent use.
/// </remarks>
public sealed record RestorationTask
{
    // Room above the level for what is brighter than nearly all of a volume: vessels, fat near a coil.
    private const float RangeOverLevel = 1.5f;

    private readonly IntensityRange _metricWindow;

    /// <summary>Creates a task.</summary>
    /// <param name="name">Its name in data sets, models and pipelines, for example <c>CT</c>; compared without regard to case.</param>
    /// <param name="quantity">What a pixel measures, for example <c>attenuation</c>.</param>
    /// <param name="unit">The unit of a pixel, for example <c>HU</c>.</param>
    /// <param name="normalizationRange">The intensities that are mapped linearly to [0, 1] for the network; what lies beyond is not
    /// restored, and passes through.</param>
    /// <param name="metricWindow">The intensities to which images are clipped for PSNR, SSIM and RMSE; <see langword="null"/> for the
    /// normalisation range.</param>
    /// <exception cref="ArgumentException">The name is empty, or has characters that a folder name cannot have.</exception>
    public RestorationTask(string name, string quantity, string unit, IntensityRange normalizationRange,
        IntensityRange? metricWindow = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(quantity);
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(normalizationRange);
        if (name.AsSpan().IndexOfAny("/\\:*?\"<>|\0\r\n\t") >= 0 || name != name.Trim() || name is "." or "..")
        {
            throw new ArgumentException(
                $"'{name}' cannot name a task: use letters, digits, spaces, '-' and '_', as in a folder name.", nameof(name));
        }

        Name = name;
        Quantity = quantity;
        Unit = unit;
        NormalizationRange = normalizationRange;
        _metricWindow = metricWindow ?? normalizationRange;
    }

    /// <summary>PET synthesis: low-count to full-count, in SUV over [0, 20]; published for a dose reduction of 12.</summary>
    public static RestorationTask Pet { get; } = new("PET", "standardised uptake value", "SUV", new(0, 20)) { DoseReduction = 12 };

    /// <summary>
    /// CT denoising: low-dose to full-dose, in HU over [−1024, 3072], measured in [−160, 240]; published for a quarter of the dose.
    /// </summary>
    public static RestorationTask Ct { get; } = new("CT", "attenuation", "HU", new(-1024, 3072), new(-160, 240)) { DoseReduction = 4 };

    /// <summary>
    /// MRI super-resolution: k-space-cropped to full, in scanner intensity over [0, 4095]; published for a factor of 4 per axis.
    /// </summary>
    public static RestorationTask Mri { get; } = new("MRI", "signal intensity", "intensity", new(0, 4095)) { UpscalingFactor = 4 };

    /// <summary>
    /// MRI super-resolution for scans of any scanner, whose intensities have no unit and whose resolutions differ: as <see cref="Mri"/>,
    /// but scaled by the level of each volume, and restored on the grid on which k-space is filled to a quarter.
    /// </summary>
    public static RestorationTask MriByVolume { get; } = Mri with { Scaling = IntensityScaling.Volume, FitsResolution = true };

    /// <summary>The task's name.</summary>
    public string Name { get; }

    /// <summary>What a pixel measures.</summary>
    public string Quantity { get; }

    /// <summary>The unit of a pixel.</summary>
    public string Unit { get; }

    /// <summary>
    /// The intensities that are mapped linearly to [0, 1] for the network; of a task that is scaled by volume, only what is usual: see
    /// <see cref="RangeOf"/>.
    /// </summary>
    public IntensityRange NormalizationRange { get; }

    /// <summary>
    /// The intensities to which images are clipped for metrics; <see langword="null"/> where nothing is clipped, which is so for a task
    /// that is scaled by volume.
    /// </summary>
    public IntensityRange? MetricWindow => Scaling == IntensityScaling.Fixed ? _metricWindow : null;

    /// <summary>
    /// By what factor the dose or count of a low-quality image is reduced; <see langword="null"/> where that does not apply.
    /// </summary>
    public double? DoseReduction { get; init; }

    /// <summary>
    /// By what factor per axis the resolution of a low-quality image is reduced; <see langword="null"/> where that does not apply.
    /// </summary>
    public double? UpscalingFactor { get; init; }

    /// <summary>
    /// How intensities are mapped to the network's: over the same range for all images, or by the level of each volume. Part of what a
    /// model has learnt.
    /// </summary>
    public IntensityScaling Scaling { get; init; }

    /// <summary>
    /// Whether images are restored on the grid on which their k-space is filled to 1/<see cref="UpscalingFactor"/> along each axis, and
    /// come back to their own: then the network sees one factor, whatever that of the image is. Where k-space is full, an image stays as it
    /// is. Part of what a model has learnt.
    /// </summary>
    public bool FitsResolution { get; init; }

    /// <summary>The intensities that are mapped linearly to [0, 1] for an image, and for the reference that belongs to it.</summary>
    /// <param name="lowQuality">The image to restore. Where the task is scaled by volume and the image does not name a level of its volume
    /// above 0, the image's own level is measured.</param>
    /// <returns>
    /// <see cref="NormalizationRange"/> for <see cref="IntensityScaling.Fixed"/>; for <see cref="IntensityScaling.Volume"/> [0, 1.5 ·
    /// level], or [0, 1] where the level is not a positive number, as in an empty image.
    /// </returns>
    public IntensityRange RangeOf(ImageSlice lowQuality)
    {
        ArgumentNullException.ThrowIfNull(lowQuality);
        if (Scaling == IntensityScaling.Fixed)
        {
            return NormalizationRange;
        }

        var maximum = RangeOverLevel * IntensityLevel.Of(lowQuality);
        return maximum > 0 && float.IsFinite(maximum) ? new(0, maximum) : new(0, 1);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
