using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>Makes the low-quality counterpart of a good image by simulating how a scanner would have measured less.</summary>
/// <remarks>
/// Implementations are immutable, safe for concurrent use, and give the same pair for the same image, pixel size and seed.
/// </remarks>
public interface IDegradation
{
    /// <summary>The task whose images it degrades.</summary>
    RestorationTask Task { get; }

    /// <summary>Degrades an image.</summary>
    /// <param name="image">The good image in the task's physical unit.</param>
    /// <param name="pixelSpacing">Side of a (square) pixel in mm.</param>
    /// <param name="seed">What the noise is drawn from.</param>
    /// <param name="name">What to call the pair.</param>
    /// <returns>The degraded image and its reference, of the size and unit of <paramref name="image"/>; the reference is
    /// <paramref name="image"/> itself unless the simulator says otherwise.</returns>
    /// <exception cref="ArgumentException">A pixel is NaN or infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The pixel spacing is not a positive number.</exception>
    ImagePair Degrade(ImageSlice image, double pixelSpacing, ulong seed, string name);
}
