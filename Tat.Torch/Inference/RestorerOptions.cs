using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.Torch.Inference;

/// <summary>How a <see cref="Restorer"/> works.</summary>
public sealed record RestorerOptions
{
    /// <summary>
    /// How many pixels images of equal padded size prepare and finish together; on a GPU they go through the network together, on a CPU
    /// each by itself. There are at least as many images as cores.
    /// </summary>
    /// <value>The default is 65,536: sixteen images of 64 × 64, one of 256 × 256. A GPU may take more; a CPU gains nothing.</value>
    public int BatchPixels { get; init; } = BatchPlan.PixelsTogether;

    /// <summary>
    /// Bytes that images on their way through the network may take together, beyond the network and the images themselves. An image that
    /// needs more is restored in overlapping tiles, which blend smoothly and share the kernels of the whole image; concurrent calls wait
    /// for one another.
    /// </summary>
    /// <value>The default is half of what is free when the restorer is created; on a GPU, no limit.</value>
    public long? MemoryBudget { get; init; }

    /// <summary>What happens to an image that has a NaN or infinite value.</summary>
    /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
    public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

    /// <summary>
    /// Is told of each image that passes through unrestored, under <see cref="NonFiniteHandling.PassThrough"/>; may be called from several
    /// threads.
    /// </summary>
    public Action<ImageSlice>? OnPassThrough { get; init; }

    /// <summary>Pixels that an image may have; a larger one is refused before it takes time and memory.</summary>
    /// <value>The default is 268,435,456, or 16,384 × 16,384.</value>
    public int MaximumPixels { get; init; } = SizeLimit.Default;

    /// <summary>Checks every option; runs when a restorer is made.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and what to
    /// use.</exception>
    public void Validate()
    {
        OptionCheck.Require(BatchPixels >= 1, "restorer", nameof(BatchPixels), BatchPixels, "use 1 or more");
        OptionCheck.Require(MemoryBudget is null or >= 1, "restorer", nameof(MemoryBudget), MemoryBudget, "use 1 byte or more, or null");
        OptionCheck.Require(MaximumPixels >= 1, "restorer", nameof(MaximumPixels), MaximumPixels, "use 1 or more");
        OptionCheck.Require(Enum.IsDefined(NonFinite), "restorer", nameof(NonFinite), NonFinite, "use Throw or PassThrough");
    }
}
