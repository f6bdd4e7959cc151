using Tat.Torch.Model.Contracts;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Parameters;

/// <summary>The weight, and perhaps the bias, of one convolution, linear layer or normalisation, under their published names.</summary>
internal sealed class Weights : nn.Module
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    private Weights(Parameter weight, Parameter? bias)
        : base(nameof(Weights))
    {
        _weight = weight;
        _bias = bias;
        RegisterComponents();
    }

    public Tensor Weight => _weight;

    public Tensor? Bias => _bias;

    /// <summary>The weight as a matrix outputs × inputs, for 1×1 convolutions.</summary>
    public Tensor Matrix => _weight.flatten(1);

    /// <summary>The weights of a convolution or a matrix.</summary>
    public static Weights Of(ParameterSource source, LayerPlan layer) =>
        new(source.Uniform(layer.FanIn, layer.Shape), layer.HasBias ? source.Uniform(layer.FanIn, layer.Outputs) : null);

    /// <summary>Scale 1 and, perhaps, shift 0 of a normalisation.</summary>
    public static Weights Norm(ParameterSource source, long channels, bool bias) =>
        new(source.Constant(1, channels), bias ? source.Constant(0, channels) : null);
}
