using Tat.Torch.Model.Parameters;
using Tat.Torch.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Layer normalisation over the channels of each pixel.</summary>
internal sealed class ChannelNorm : nn.Module
{
    private const double Epsilon = 1e-5;

    [ComponentName(Name = "body")]
    private readonly Weights _body;
    private readonly long[] _channels;
    private readonly LayerNormKind _kind;

    public ChannelNorm(ParameterSource source, long channels, LayerNormKind kind)
        : base(nameof(ChannelNorm))
    {
        _channels = [channels];
        _kind = kind;
        _body = Weights.Norm(source, channels, bias: kind == LayerNormKind.WithBias);
        RegisterComponents();
    }

    /// <summary>C.</summary>
    public Tensor Scale => _body.Weight;

    /// <summary>C, or none: then the mean stays in the map.</summary>
    public Tensor? Shift => _body.Bias;

    /// <summary>Normalises a map of any leading shape × C.</summary>
    public Tensor Apply(Tensor map)
    {
        if (_kind == LayerNormKind.WithBias)
        {
            return functional.layer_norm(map, _channels, _body.Weight, _body.Bias, Epsilon);
        }

        var variance = (map - map.mean([-1], keepdim: true)).Squared().mean([-1], keepdim: true);
        return map * variance.Plus(Epsilon).rsqrt() * _body.Weight;
    }
}
