using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>
/// x + attention(norm(x)), then x + feedForward(norm(x)); plain, or weight-adaptive with kernels from the task representation.
/// </summary>
internal sealed class TransformerBlock : nn.Module
{
    [ComponentName(Name = "norm1")]
    private readonly ChannelNorm _attentionNorm;

    [ComponentName(Name = "attn")]
    private readonly ChannelAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly ChannelNorm _feedForwardNorm;

    [ComponentName(Name = "ffn")]
    private readonly GatedFeedForward _feedForward;

    public TransformerBlock(ParameterSource source, BlockPlan plan)
        : base(nameof(TransformerBlock))
    {
        _attentionNorm = new(source, plan.Channels, plan.Options.LayerNorm);
        _attention = new(source, plan);
        _feedForwardNorm = new(source, plan.Channels, plan.Options.LayerNorm);
        _feedForward = new(source, plan);
        RegisterComponents();
    }

    /// <summary>B×H×W×C → B×H×W×C; the input may be overwritten where the mode says so, and the result is a tensor of its own.</summary>
    public Tensor Apply(RunMode mode, Tensor map, StageKernels? kernels)
    {
        using var scope = NewDisposeScope();
        return FeedForward(mode, Attend(mode, map, kernels), kernels).MoveToOuterDisposeScope();
    }

    /// <summary>The same for one image, recorded for its gradients.</summary>
    public RecordedMap Apply(Tape tape, RecordedMap map, RecordedStage? kernels) =>
        _feedForward.AddTo(tape, _attention.AddTo(tape, map, _attentionNorm, kernels?.Attention), _feedForwardNorm, kernels?.FeedForward);

    /// <summary>The first half: x + attention(norm(x)).</summary>
    public Tensor Attend(RunMode mode, Tensor map, StageKernels? kernels)
    {
        using var scope = NewDisposeScope();
        return _attention.AddTo(mode, map, _attentionNorm, kernels?.Attention).MoveToOuterDisposeScope();
    }

    /// <summary>The second half: x + feedForward(norm(x)).</summary>
    public Tensor FeedForward(RunMode mode, Tensor map, StageKernels? kernels)
    {
        using var scope = NewDisposeScope();
        return _feedForward.AddTo(mode, map, _feedForwardNorm, kernels?.FeedForward).MoveToOuterDisposeScope();
    }
}
