using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Data;

/// <summary>The image pairs of one task, read one at a time by index.</summary>
/// <remarks>Implementations are safe for concurrent reads and give the same pair for the same index each time.</remarks>
public interface IPairSource
{
    /// <summary>The task that all pairs belong to.</summary>
    RestorationTask Task { get; }

    /// <summary>Number of pairs.</summary>
    int Count { get; }

    /// <summary>Reads a pair, in physical units.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    ImagePair Read(int index);

    /// <summary>
    /// The volume that a pair is a slice of: validation images are spread over all of them. Empty where there is nothing to tell.
    /// </summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    string VolumeOf(int index) => "";

    /// <summary>
    /// Tells these pairs from others of the same number, wherever they lie: an interrupted training goes on with the same ones only. By
    /// default a hash of the pixels of up to 16 pairs.
    /// </summary>
    string Fingerprint => PixelHash.Of(this);
}
