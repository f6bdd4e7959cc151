using Tat.Torch.Model;
using Tat.Torch.Model.Contracts;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Torch.Checkpoints;

/// <summary>Tells the architecture of a TAT network from the names and shapes of its weights.</summary>
/// <remarks>The train size leaves no trace in weights; it has to be given.</remarks>
internal static class NetworkInference
{
    public static TatNetworkOptions Infer(IReadOnlyDictionary<string, StoredWeights> weights, int trainSize)
    {
        // Names are the same in every architecture.
        var names = new NetworkPlan(TatNetworkOptions.Paper);
        var stages = names.Encoder.Append(names.Latent).ToArray();
        var generates = weights.Keys.Any(name => name.StartsWith($"{RepresentationPlan.Root}.", StringComparison.Ordinal));
        return new()
        {
            Width = (int)Side($"{names.PatchEmbedding.Name}.weight", 0),
            Blocks = [.. stages.Select(Count)],
            RefinementBlocks = Count(names.Refinement),
            Heads = [.. stages.Select(stage => (int)Side(First(stage, BlockPlan.Temperature), 0))],
            ExpansionFactor = Expansion([.. stages.Select(stage => First(stage, $"{stage.Block.FeedForwardOut.Name}.weight"))
                .Select(name => (Side(name, 0), Side(name, 1)))]),
            Bias = weights.ContainsKey(First(stages[0], $"{stages[0].Block.Qkv.Name}.bias")),
            LayerNorm = weights.ContainsKey(First(stages[0], $"{BlockPlan.AttentionNorm}.bias"))
                ? LayerNormKind.WithBias
                : LayerNormKind.BiasFree,
            RepresentationFeatures = generates
                ? (int)Side($"{names.Representation!.First.Name}.weight", 0)
                : TatNetworkOptions.Paper.RepresentationFeatures,
            TrainSize = trainSize,
            WeightGeneration = generates,
        };

        static string First(StagePlan stage, string name) => $"{stage.Name}.0.{name}";

        long Side(string name, int axis) =>
            weights.TryGetValue(name, out var tensor) && tensor.Shape.Length > axis && tensor.Shape[axis] is > 0 and < int.MaxValue
                ? tensor.Shape[axis]
                : throw new InvalidDataException(
                    $"its architecture cannot be determined, because '{name}' is missing or has no axis {axis}; give the network options");

        int Count(StagePlan stage)
        {
            var count = 0;
            while (weights.ContainsKey($"{stage.Name}.{count}.{BlockPlan.AttentionNorm}.weight"))
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

        throw new InvalidDataException("no expansion factor gives the hidden widths "
            + $"{string.Join(", ", levels.Select(level => $"{level.Hidden} of {level.Channels}"))}; give the network options");
    }
}
