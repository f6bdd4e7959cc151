using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;

namespace Tat.Torch.Inference;

/// <summary>How many images go together: into a call, through a network at once, and side by side on cores.</summary>
internal static class BatchPlan
{
    /// <summary>Images handed to a restorer in a call: enough that every core has one, few enough that large ones are no burden.</summary>
    public const int ImagesPerCall = 16;

    /// <summary>
    /// Pixels of images that wait for a call together, sixteen images of 512 × 512: the memory of each column of a view stays at some tens
    /// of megabytes.
    /// </summary>
    public const int PixelsPerCall = ImagesPerCall * 512 * 512;

    /// <summary>
    /// Pixels that go through a network together: small images share what each operator costs, and larger ones gain nothing on a CPU.
    /// </summary>
    public const int PixelsTogether = 256 * 256;

    // Pixels times channels that occupy a core: 128 × 128 in a small network, 72 × 72 in that of the paper.
    private const long WorkOfCore = 1 << 18;

    /// <summary>Images of one size in a batch: as many as share some pixels, and at least one for each core.</summary>
    public static int CountOf(int pixelsEach, int cores, int pixelsTogether = PixelsTogether) =>
        Math.Max(cores, pixelsTogether / pixelsEach);

    /// <summary>Cuts consecutive items of equal size into batches.</summary>
    /// <param name="items">The items; the next is not asked for before the batch that it does not fit in was taken.</param>
    /// <param name="sizeOf">Height and width of an item.</param>
    public static IEnumerable<List<T>> OfEqualSize<T>(IEnumerable<T> items, Func<T, (int Height, int Width)> sizeOf)
    {
        var (batch, size) = (new List<T>(), (Height: 0, Width: 0));
        foreach (var item in items)
        {
            var next = sizeOf(item);
            if (batch.Count > 0 && (next != size || batch.Count >= CountOf(size.Height * size.Width, Environment.ProcessorCount)))
            {
                yield return batch;
                batch = [];
            }

            size = next;
            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Cuts items into groups that run side by side: at most one for each core, and within some memory.</summary>
    /// <param name="items">The items.</param>
    /// <param name="bytesOf">Memory that an item takes.</param>
    /// <param name="budget">Memory for all of a group; an item that needs more goes alone.</param>
    public static IEnumerable<List<T>> SideBySide<T>(IEnumerable<T> items, Func<T, long> bytesOf, long budget)
    {
        var (group, bytes) = (new List<T>(), 0L);
        foreach (var item in items)
        {
            if (group.Count == Environment.ProcessorCount || (group.Count > 0 && bytes + bytesOf(item) > budget))
            {
                yield return group;
                (group, bytes) = ([], 0);
            }

            group.Add(item);
            bytes += bytesOf(item);
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    /// <summary>
    /// Whether one core takes an image through a network about as fast as all of them, because its operators have little to do.
    /// </summary>
    public static bool IsSmall(TatNetworkOptions network, PaddedSize size) => (long)size.Pixels * network.Width <= WorkOfCore;

    /// <summary>
    /// How many images one core takes through a network at a time in training: small ones share operators, until they have as much to do as
    /// one that is not small.
    /// </summary>
    public static int CountOnCore(TatNetworkOptions network, PaddedSize size) =>
        (int)Math.Max(1, WorkOfCore / ((long)size.Pixels * network.Width));

    /// <summary>
    /// How many of some images go through a network on a core each: all small ones, and large ones as long as there is one, and memory, for
    /// every core.
    /// </summary>
    public static int CountApart(TatNetworkOptions network, PaddedSize size, int images, int cores, long budget = long.MaxValue)
    {
        if (IsSmall(network, size))
        {
            return images;
        }

        return MemoryPlan.BytesFor(network, size.Pixels) <= budget / cores ? images - (images % cores) : 0;
    }
}
