namespace Tat.Torch.Model;

/// <summary>The properties of the degraded images of a task that a model was trained on.</summary>
public sealed record InputRange
{
    /// <summary>What was done to good images, in words: for example <c>10 to 50 % of the dose</c>.</summary>
    public string? Degradation { get; init; }

    /// <summary>
    /// The lowest noise by <see cref="Inference.InputWarnings.NoiseOf"/>; <see langword="null"/> where noise is not what is restored.
    /// </summary>
    public double? LeastNoise { get; init; }

    /// <summary>The highest noise, likewise.</summary>
    public double? MostNoise { get; init; }

    /// <summary>The smallest pixels: their side in mm; <see langword="null"/> for any.</summary>
    public double? SmallestPixel { get; init; }

    /// <summary>The largest pixels: their side in mm; <see langword="null"/> for any.</summary>
    public double? LargestPixel { get; init; }

    /// <summary>Whether ranges end above where they begin.</summary>
    internal bool IsValid => !(LeastNoise > MostNoise) && !(SmallestPixel > LargestPixel);
}
