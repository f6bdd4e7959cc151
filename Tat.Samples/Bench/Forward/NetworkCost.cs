using Tat.Torch.Model;
using Tat.Torch.Model.Contracts;

namespace Tat.Samples.Bench.Forward;

/// <summary>The least work that one forward pass can be.</summary>
/// <param name="MultiplyAccumulates">Of all convolutions and attention products; overlapping attention windows count once.</param>
/// <param name="Bytes">The weights, and each map that a half of a block reads and writes.</param>
internal readonly record struct NetworkCost(double MultiplyAccumulates, double Bytes)
{
    /// <summary>Counts by the layers of the network.</summary>
    public static NetworkCost Of(TatNetworkOptions options, int height, int width)
    {
        var plan = new NetworkPlan(options);
        var macs = plan.Layers.Where(layer => layer.Level is not null).Sum(layer => Area(layer.Level!.Value) * layer.ProductsPerPixel);
        var features = 0.0;
        foreach (var (block, blocks) in Blocks(plan))
        {
            macs += blocks * Area(block.Level) * (block.Layers.Sum(layer => layer.ProductsPerPixel) + block.AttentionProductsPerPixel);
            features += blocks * Area(block.Level) * 4 * block.Channels;
        }

        return new(macs, sizeof(float) * (features + plan.ParameterCount));

        double Area(int level) => (double)height * width / (1 << (2 * level));
    }

    /// <summary>Blocks by resolution and width, and how many there are of each.</summary>
    public static IEnumerable<(BlockPlan Block, int Count)> Blocks(NetworkPlan plan) =>
        plan.Stages.GroupBy(stage => (stage.Block.Level, stage.Block.Channels))
            .Select(group => (group.First().Block, group.Sum(stage => stage.Blocks)));
}
