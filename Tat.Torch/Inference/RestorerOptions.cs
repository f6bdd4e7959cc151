using Tat.Torch.Imaging;

namespace Tat.Torch.Inference;

/// <summary>How a <see cref="Restorer"/> works.</summary>
public sealed record RestorerOptions
{
    /// <summary>How many pixels go through the network together: images of equal padded size share a batch up to this many.</summary>
    /// <value>The default is 65,536: sixteen images of 64 × 64, one of 256 × 256. Larger batches gain nothing on a CPU; a GPU may take more.</value>
    public int BatchPixels { get; init; } = 256 * 256;

    /// <summary>
    /// Bytes that images on their way through the network may take together, beyond the network and the images themselves. An image that needs more is
    /// restored in overlapping tiles, which blend smoothly and share the kernels of the whole image; concurrent calls wait for one another.
    /// </summary>
    /// <value>The default is half of what is free when the restorer is created; on a GPU, no limit.</value>
    public long? MemoryBudget { get; init; }

    /// <summary>What happens to an image that has a NaN or infinite value.</summary>
    /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
    public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

    /// <summary>Is told of each image that passes through unrestored, under <see cref="NonFiniteHandling.PassThrough"/>; may be called from several threads.</summary>
    public Action<ImageSlice>? OnPassThrough { get; init; }

    /// <summary>Pixels that an image may have; a larger one is refused before it takes time and memory.</summary>
    /// <value>The default is 268,435,456, or 16,384 × 16,384.</value>
    public int MaximumPixels { get; init; } = SizeLimit.Default;
}
