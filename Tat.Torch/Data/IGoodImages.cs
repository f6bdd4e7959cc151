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
}
