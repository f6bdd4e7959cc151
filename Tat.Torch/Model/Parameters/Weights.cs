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

    /// <summary>The weight as a matrix outputs × inputs, for kernels of one pixel.</summary>
    public Tensor Matrix => _weight.flatten(1);

    /// <summary>A kernel outputs × inputs × side × side.</summary>
    public static Weights Convolution(ParameterSource source, long inputs, long outputs, long side, bool bias = false)
    {
        var fanIn = inputs * side * side;
        return new(source.Uniform(fanIn, outputs, inputs, side, side), bias ? source.Uniform(fanIn, outputs) : null);
    }

    /// <summary>A kernel channels × 1 × 3 × 3.</summary>
    public static Weights DepthWise(ParameterSource source, long channels, bool bias) =>
        new(source.Uniform(9, channels, 1, 3, 3), bias ? source.Uniform(9, channels) : null);

    /// <summary>A matrix outputs × inputs.</summary>
    public static Weights Linear(ParameterSource source, long inputs, long outputs) => new(source.Uniform(inputs, outputs, inputs), null);

    /// <summary>Scale 1 and, perhaps, shift 0 of a normalisation.</summary>
    public static Weights Norm(ParameterSource source, long channels, bool bias) =>
        new(source.Constant(1, channels), bias ? source.Constant(0, channels) : null);
}
