using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Data;

/// <summary>Good images of one task, from which training pairs are made.</summary>
/// <remarks>Implementations are safe for concurrent reads, and give the same image for the same index and seed each time.</remarks>
public interface IGoodImages
{
    /// <summary>The task that all images belong to.</summary>
    RestorationTask Task { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>The volume that an image is a slice of.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    string VolumeOf(int index);

    /// <summary>Reads an image.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <param name="seed">What an image follows from that is made up, like a phantom; images of files are the same for every seed.</param>
    GoodImage Read(int index, ulong seed);

    /// <summary>
    /// Tells these images from others of the same number, wherever they lie: an interrupted training goes on with the same ones only. By
    /// default a hash of the pixels of up to 16 images.
    /// </summary>
    string Fingerprint => PixelHash.Of(Count, index => [Read(index, 0).Image]);
}
