using Tat.Torch.Model;

namespace Tat.Torch.Inference.Tiling;

/// <summary>What an image needs for its way through a network, and so whether it goes whole or in tiles.</summary>
internal static class MemoryPlan
{
    // The smallest tile still holds one attention window at full resolution and the halo around it.
    private const int SmallestTile = 128;

    // Pixels times channels: 128 × 128 in a small network, 72 × 72 in that of the paper.
    private const long SmallestForAllCores = 1 << 18;

    /// <summary>Least overlap of tiles: what the features of a pixel depend on, but for attention, is well within half of it.</summary>
    public const int Overlap = 64;

    /// <summary>Upper bound of the memory that one image takes on its way through a network on the CPU, beyond the network itself.</summary>
    /// <remarks>The largest moment is the end: features of the encoder, the decoder and the refinement, their concatenation, and the result.</remarks>
    public static long BytesFor(TatNetworkOptions network, long pixels)
    {
        const long strips = 48 << 20;
        var featuresPerPixel = (18L * network.Width) + (3L * network.RepresentationFeatures);
        return strips + (featuresPerPixel * sizeof(float) * pixels);
    }

    /// <summary>Whether one core restores an image about as fast as all of them, because its operators have little to do.</summary>
    public static bool IsSmall(TatNetworkOptions network, PaddedSize size) => (long)size.Pixels * network.Width <= SmallestForAllCores;

    /// <summary>How many images one core takes through the network at a time in training: small ones share operators, until they have as much to do as one that is not small.</summary>
    public static int CountTogether(TatNetworkOptions network, PaddedSize size) => (int)Math.Max(1, SmallestForAllCores / ((long)size.Pixels * network.Width));

    /// <summary>How many of some images go through the network on a core each: all small ones, and large ones as long as there is one, and memory, for every core.</summary>
    public static int CountApart(TatNetworkOptions network, PaddedSize size, int images, int cores, long budget)
    {
        if (IsSmall(network, size))
        {
            return images;
        }

        return BytesFor(network, size.Pixels) * cores <= budget ? images - (images % cores) : 0;
    }

    /// <summary>Side of the tiles that an image has to be cut into; <see langword="null"/> where it fits whole.</summary>
    public static int? TileFor(TatNetworkOptions network, PaddedSize size, long budget)
    {
        if (BytesFor(network, size.Pixels) <= budget)
        {
            return null;
        }

        var tile = SmallestTile;
        while (BytesFor(network, (tile + 64L) * (tile + 64L)) <= budget)
        {
            tile += 64;
        }

        return tile;
    }
}
