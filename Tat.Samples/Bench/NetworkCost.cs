using Tat.Torch.Model;

namespace Tat.Samples.Bench;

/// <summary>The least work that one forward pass can be.</summary>
/// <param name="MultiplyAccumulates">Of all convolutions and attention products; overlapping attention windows count once.</param>
/// <param name="Bytes">The weights, and each map that a half of a block reads and writes.</param>
internal readonly record struct NetworkCost(double MultiplyAccumulates, double Bytes)
{
    /// <summary>Counts by the layers of the network.</summary>
    public static NetworkCost Of(TatNetworkOptions options, int height, int width)
    {
        double c = options.Width, n = options.RepresentationFeatures, pixels = (double)height * width;
        double macs = 0, features = 0;
        foreach (var (level, channels, blocks) in Stages(options))
        {
            double area = pixels / (1 << (2 * level)), hidden = (int)(channels * options.ExpansionFactor);
            var attention = (4.0 * channels * channels) + (27 * channels) + (2.0 * channels * channels / options.Heads[level]);
            var feedForward = (3 * channels * hidden) + (18 * hidden);
            macs += blocks * area * (attention + feedForward);
            features += blocks * area * 4 * channels;
        }

        for (var level = 0; level < 3; level++)
        {
            double area = pixels / (1 << (2 * level)), down = c * (1 << level), up = 2 * down;
            macs += 9 * area * down * down / 2;          // down, at the level's resolution
            macs += 9 * area / 4 * up * 2 * up;          // up, at the resolution below
            macs += level == 0 ? 0 : area * 2 * down * down; // concatenation to half
        }

        macs += pixels * ((9 * c) + (45 * c * c) + (c * c) + (9 * c));
        if (options.WeightGeneration)
        {
            macs += pixels / 4 * 9 * ((c / 2 * n) + (4 * n * n) + (n * n) + (2 * n * n) + (8 * n * n));
        }

        return new(macs, sizeof(float) * (features + options.ParameterCount));
    }

    /// <summary>Blocks by resolution and width.</summary>
    public static IEnumerable<Stage> Stages(TatNetworkOptions options)
    {
        var c = options.Width;
        yield return new(0, c, options.Blocks[0]);
        yield return new(1, 2 * c, 2 * options.Blocks[1]);
        yield return new(2, 4 * c, 2 * options.Blocks[2]);
        yield return new(3, 8 * c, options.Blocks[3]);
        yield return new(0, 2 * c, options.Blocks[0] + options.RefinementBlocks);
    }

    /// <summary>Blocks of one resolution and width.</summary>
    /// <param name="Level">How often the image was halved.</param>
    /// <param name="Channels">C.</param>
    /// <param name="Blocks">How many there are.</param>
    public readonly record struct Stage(int Level, int Channels, int Blocks);
}
