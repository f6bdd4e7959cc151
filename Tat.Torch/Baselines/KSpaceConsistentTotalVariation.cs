using System.Globalization;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Resolution;

namespace Tat.Torch.Baselines;

/// <summary>
/// Super-resolution of MR images without learning: total-variation denoising takes away the ringing, and the frequencies that were measured
/// are put back, by turns.
/// </summary>
/// <remarks>Which block in the centre of k-space was measured is told from the image: outside of it there is next to nothing.</remarks>
public sealed record KSpaceConsistentTotalVariation : IImageFilter
{
    /// <summary>λ of <see cref="TotalVariation"/> in the unit of the image, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public required double Strength
    {
        get;
        init => field = OptionCheck.Positive(value, "filter");
    }

    /// <summary>How often both are done.</summary>
    /// <value>6; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Rounds
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "filter");
    } = 6;

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"TV, k-space kept, {Strength:G3}");

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var measured = new MeasuredFrequencies(image);
        var smoothing = new TotalVariation { Strength = Strength };
        for (var (round, current) = (1, image); ; round++)
        {
            current = measured.PutBack(smoothing.Apply(current));
            if (round == Rounds)
            {
                return current;
            }
        }
    }
}
