using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>Blocks of one level, one after the other; those of a weight-adaptive stage share its generated kernels.</summary>
internal sealed class Stage : nn.Module
{
    private readonly TransformerBlock[] _blocks;

    public Stage(ParameterSource source, StagePlan plan)
        : base(nameof(Stage))
    {
        _blocks = [.. Enumerable.Range(0, plan.Blocks).Select(_ => new TransformerBlock(source, plan.Block))];
        for (var i = 0; i < plan.Blocks; i++)
        {
            register_module($"{i}", _blocks[i]);
        }
    }

    public IReadOnlyList<TransformerBlock> Blocks => _blocks;

    /// <summary>B×H×W×C → B×H×W×C; takes the input over, which may be overwritten, and is freed.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">The input.</param>
    /// <param name="kernels">The kernels of a weight-adaptive stage.</param>
    public Tensor Apply(RunMode mode, Tensor map, StageKernels? kernels)
    {
        foreach (var block in _blocks)
        {
            using var input = map;
            map = !mode.Recomputes ? block.Apply(mode, input, kernels)
                : kernels is null ? Recomputed.Run(inputs => block.Apply(mode, inputs[0], null), input)
                : Recomputed.Run(inputs => block.Apply(mode, inputs[0], new(inputs[1], inputs[2])), input, kernels.FeedForward,
                    kernels.Attention);
        }

        return map;
    }

    /// <summary>The same for one image, recorded for its gradients.</summary>
    public RecordedMap Apply(Tape tape, RecordedMap map, RecordedStage? kernels = null) =>
        _blocks.Aggregate(map, (input, block) => block.Apply(tape, input, kernels));
}
