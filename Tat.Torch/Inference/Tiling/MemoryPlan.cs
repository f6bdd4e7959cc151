using Tat.Torch.Model;

namespace Tat.Torch.Inference.Tiling;

/// <summary>What an image needs for its way through a network, and so whether it goes whole or in tiles.</summary>
internal static class MemoryPlan
{
    // The smallest tile still holds one attention window at full resolution and the halo around it.
    private const int SmallestTile = 128;

    /// <summary>Least overlap of tiles: what the features of a pixel depend on, but for attention, is well within half of it.</summary>
    public const int Overlap = 64;

    /// <summary>
    /// Upper bound of the memory that one image takes on its way through a network on the CPU, beyond the network itself.
    /// </summary>
    /// <remarks>
    /// The largest moment is the end: features of the encoder, the decoder and the refinement, their concatenation, and the result.
    /// </remarks>
    public static long BytesFor(TatNetworkOptions network, long pixels)
    {
        const long strips = 48 << 20;
        var featuresPerPixel = (18L * network.Width) + (3L * network.RepresentationFeatures);
        return strips + (featuresPerPixel * sizeof(float) * pixels);
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
