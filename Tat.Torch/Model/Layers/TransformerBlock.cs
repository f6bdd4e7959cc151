using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>x + attention(norm(x)), then x + feedForward(norm(x)); plain, or weight-adaptive with kernels from the task representation.</summary>
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

    public TransformerBlock(ParameterSource source, TatNetworkOptions options, int level, int channels, bool adaptive)
        : base(nameof(TransformerBlock))
    {
        _attentionNorm = new(source, channels, options.LayerNorm);
        _attention = new(source, options, level, channels, adaptive);
        _feedForwardNorm = new(source, channels, options.LayerNorm);
        _feedForward = new(source, options, channels, adaptive);
        RegisterComponents();
    }

    /// <summary>B×H×W×C → B×H×W×C.</summary>
    public Tensor Apply(Tensor map, StageKernels? kernels) => FeedForward(Attend(map, kernels), kernels);

    /// <summary>The first half: x + attention(norm(x)).</summary>
    public Tensor Attend(Tensor map, StageKernels? kernels)
    {
        using var scope = NewDisposeScope();
        return (map + _attention.Apply(_attentionNorm.Apply(map), kernels?.Attention)).MoveToOuterDisposeScope();
    }

    /// <summary>The second half: x + feedForward(norm(x)).</summary>
    public Tensor FeedForward(Tensor map, StageKernels? kernels)
    {
        using var scope = NewDisposeScope();
        return (map + _feedForward.Apply(_feedForwardNorm.Apply(map), kernels?.FeedForward)).MoveToOuterDisposeScope();
    }
}
