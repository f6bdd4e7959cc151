namespace Tat.Torch.Tasks;

/// <summary>A kind of restoration that a model learns: what is measured, in which unit and over which range.</summary>
/// <remarks>
/// The three of the paper (MICCAI 2025, arXiv 2512.14550) are <see cref="Pet"/>, <see cref="Ct"/> and <see cref="Mri"/>.
/// Create an instance for a task of your own. Immutable and safe for concurrent use.
/// </remarks>
public sealed record RestorationTask
{
    /// <summary>Creates a task.</summary>
    /// <param name="name">Its name in data sets, models and pipelines, for example <c>CT</c>; compared without regard to case.</param>
    /// <param name="quantity">What a pixel measures, for example <c>attenuation</c>.</param>
    /// <param name="unit">The unit of a pixel, for example <c>HU</c>.</param>
    /// <param name="normalizationRange">The intensities that are mapped linearly to [0, 1] for the network; what lies outside is clipped.</param>
    /// <param name="metricWindow">The intensities to which images are clipped for PSNR, SSIM and RMSE; <see langword="null"/> for the normalisation range.</param>
    /// <exception cref="ArgumentException">The name is empty, or has characters that a folder name cannot have.</exception>
    public RestorationTask(string name, string quantity, string unit, IntensityRange normalizationRange, IntensityRange? metricWindow = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(quantity);
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(normalizationRange);
        if (name.AsSpan().IndexOfAny("/\\:*?\"<>|\0\r\n\t") >= 0 || name != name.Trim() || name is "." or "..")
        {
            throw new ArgumentException($"'{name}' cannot name a task: use letters, digits, spaces, '-' and '_', as in a folder name.", nameof(name));
        }

        Name = name;
        Quantity = quantity;
        Unit = unit;
        NormalizationRange = normalizationRange;
        MetricWindow = metricWindow ?? normalizationRange;
    }

    /// <summary>PET synthesis: low-count to full-count, in SUV over [0, 20]; published for a dose reduction of 12.</summary>
    public static RestorationTask Pet { get; } = new("PET", "standardised uptake value", "SUV", new(0, 20)) { DoseReduction = 12 };

    /// <summary>CT denoising: low-dose to full-dose, in HU over [−1024, 3072], measured in [−160, 240]; published for a quarter of the dose.</summary>
    public static RestorationTask Ct { get; } = new("CT", "attenuation", "HU", new(-1024, 3072), new(-160, 240)) { DoseReduction = 4 };

    /// <summary>MRI super-resolution: k-space-cropped to full, in scanner intensity over [0, 4095]; published for a factor of 4 per axis.</summary>
    public static RestorationTask Mri { get; } = new("MRI", "signal intensity", "intensity", new(0, 4095)) { UpscalingFactor = 4 };

    /// <summary>The task's name.</summary>
    public string Name { get; }

    /// <summary>What a pixel measures.</summary>
    public string Quantity { get; }

    /// <summary>The unit of a pixel.</summary>
    public string Unit { get; }

    /// <summary>The intensities that are mapped linearly to [0, 1] for the network.</summary>
    public IntensityRange NormalizationRange { get; }

    /// <summary>The intensities to which images are clipped for metrics.</summary>
    public IntensityRange MetricWindow { get; }

    /// <summary>By what factor the dose or count of a low-quality image is reduced; <see langword="null"/> where that does not apply.</summary>
    public double? DoseReduction { get; init; }

    /// <summary>By what factor per axis the resolution of a low-quality image is reduced; <see langword="null"/> where that does not apply.</summary>
    public double? UpscalingFactor { get; init; }

    /// <summary>Clips intensities to the normalisation range and maps it linearly to [0, 1].</summary>
    /// <param name="intensities">Values in the task's unit.</param>
    /// <param name="normalized">Receives as many values; may be the same memory.</param>
    public void Normalize(ReadOnlySpan<float> intensities, Span<float> normalized)
    {
        var (minimum, width) = (NormalizationRange.Minimum, NormalizationRange.Width);
        for (var i = 0; i < intensities.Length; i++)
        {
            normalized[i] = Math.Clamp((intensities[i] - minimum) / width, 0f, 1f);
        }
    }

    /// <summary>Maps [0, 1] back to the normalisation range, clipping what lies outside.</summary>
    /// <param name="normalized">Values of the network.</param>
    /// <param name="intensities">Receives as many values in the task's unit; may be the same memory.</param>
    public void Denormalize(ReadOnlySpan<float> normalized, Span<float> intensities)
    {
        var range = NormalizationRange;
        for (var i = 0; i < normalized.Length; i++)
        {
            intensities[i] = Math.Clamp((normalized[i] * range.Width) + range.Minimum, range.Minimum, range.Maximum);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
