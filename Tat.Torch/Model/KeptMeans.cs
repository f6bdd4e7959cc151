namespace Tat.Torch.Model;

/// <summary>Which local means of an image its result has, so that neither regions nor what stands out of the noise is biased.</summary>
/// <remarks>A local mean is taken over a Gaussian, whose size is its standard deviation in pixels.</remarks>
public sealed record KeptMeans
{
    /// <summary>Over Gaussians of this size and more, results have all local means of the image; more than 0.</summary>
    public double All { get; init; } = 6;

    /// <summary>
    /// Over Gaussians of this size and more, results have the local means that stand out of the noise; <see langword="null"/> for none
    /// but those of <see cref="All"/>.
    /// </summary>
    public double? Outstanding { get; init; }

    /// <summary>
    /// Over a Gaussian of this size, less than that of <see cref="Outstanding"/>, results have the local means where those stand out: the
    /// peaks of lesions. <see langword="null"/> for none.
    /// </summary>
    public double? Peaks { get; init; }

    /// <summary>
    /// Whether noise grows with the root of the value, as that of counts does; if not, it is taken to be alike in a neighbourhood. For
    /// tasks whose range begins at 0.
    /// </summary>
    public bool NoiseOfCounts { get; init; }

    /// <summary>Whether these are sizes of Gaussians.</summary>
    internal bool IsValid => IsSize(All) && IsSize(Outstanding ?? All) && IsSize(Peaks ?? All);

    private static bool IsSize(double size) => size is > 0 and < double.PositiveInfinity;
}
