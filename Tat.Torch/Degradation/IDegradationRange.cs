using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>
/// Makes training pairs from good images, each time with a different strength, resolution and contrast, so that a model serves more than
/// one.
/// </summary>
/// <remarks>
/// Implementations are immutable, safe for concurrent use, give the same pair for the same image and seed, and keep to the calling thread.
/// <see cref="object.ToString"/> tells the ranges.
/// </remarks>
public interface IDegradationRange
{
    /// <summary>The task whose images are degraded.</summary>
    RestorationTask Task { get; }

    /// <summary>How many patches to cut from a pair, on average, before it is made anew; at least 1.</summary>
    int Uses { get; }

    /// <summary>Makes a pair of a strength from the range.</summary>
    /// <param name="image">The good image.</param>
    /// <param name="seed">What strength and noise follow from.</param>
    ImagePair Draw(GoodImage image, ulong seed);

    /// <summary>Tells the strength of <see cref="Fixed"/>, for people to read.</summary>
    /// <param name="seed">The seed.</param>
    string FixedStrength(ulong seed);

    /// <summary>Makes a pair for validation: the image as it is, and a strength that is the same for a seed.</summary>
    /// <param name="image">The good image.</param>
    /// <param name="seed">What the noise follows from.</param>
    ImagePair Fixed(GoodImage image, ulong seed);
}
