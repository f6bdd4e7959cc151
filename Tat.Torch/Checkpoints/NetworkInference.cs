using Tat.Torch.Model;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Torch.Checkpoints;

/// <summary>Tells the architecture of a TAT network from the names and shapes of its weights.</summary>
/// <remarks>The train size leaves no trace in weights; it has to be given.</remarks>
internal static class NetworkInference
{
    public static TatNetworkOptions Infer(IReadOnlyDictionary<string, StoredWeights> weights, int trainSize)
    {
        var width = (int)Side("patch_embed.proj.weight", 0);
        var encoders = new[] { "encoder_level1", "encoder_level2", "encoder_level3", "latent" };
        int[] heads = [.. encoders.Select(stage => (int)Side($"{stage}.0.attn.temperature", 0))];
        var generates = weights.Keys.Any(name => name.StartsWith("tren.", StringComparison.Ordinal));
        return new()
        {
            Width = width,
            Blocks = [.. encoders.Select(Count)],
            RefinementBlocks = Count("refinement"),
            Heads = heads,
            ExpansionFactor = Expansion([.. encoders.Select(stage => (Side($"{stage}.0.ffn.project_out.weight", 0), Side($"{stage}.0.ffn.project_out.weight", 1)))]),
            Bias = weights.ContainsKey("encoder_level1.0.attn.qkv.bias"),
            LayerNorm = weights.ContainsKey("encoder_level1.0.norm1.body.bias") ? LayerNormKind.WithBias : LayerNormKind.BiasFree,
            RepresentationFeatures = generates ? (int)Side("tren.E.0.weight", 0) : TatNetworkOptions.Paper.RepresentationFeatures,
            TrainSize = trainSize,
            WeightGeneration = generates,
        };

        long Side(string name, int axis) => weights.TryGetValue(name, out var tensor) && tensor.Shape.Length > axis && tensor.Shape[axis] is > 0 and < int.MaxValue
            ? tensor.Shape[axis]
            : throw new InvalidDataException($"its architecture cannot be told, because '{name}' is missing or has no axis {axis}; give the network options");

        int Count(string stage)
        {
            var count = 0;
            while (weights.ContainsKey($"{stage}.{count}.norm1.body.weight"))
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>The number with the fewest digits that gives the hidden width of every level; hidden = int(channels × factor).</summary>
    private static double Expansion((long Channels, long Hidden)[] levels)
    {
        var lowest = levels.Max(level => (decimal)level.Hidden / level.Channels);
        var beyond = levels.Min(level => (decimal)(level.Hidden + 1) / level.Channels);
        if (levels.All(level => (int)(level.Channels * 2.66) == level.Hidden))
        {
            return 2.66;
        }

        for (var digits = 0; digits <= 6; digits++)
        {
            var unit = (decimal)Math.Pow(10, digits);
            var candidate = (double)(Math.Ceiling(lowest * unit) / unit);
            if ((decimal)candidate < beyond && levels.All(level => (int)(level.Channels * candidate) == level.Hidden))
            {
                return candidate;
            }
        }

        throw new InvalidDataException($"no expansion factor gives the hidden widths {string.Join(", ", levels.Select(level => $"{level.Hidden} of {level.Channels}"))}; give the network options");
    }
}
