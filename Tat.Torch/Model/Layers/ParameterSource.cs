using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>Makes the parameters of a new network, in the order of construction, from one seed and nothing else.</summary>
internal sealed class ParameterSource(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in ±1/√fanIn: what PyTorch gives to the weights and biases of convolutions and linear layers.</summary>
    public Parameter Uniform(long fanIn, params long[] shape)
    {
        var bound = 1f / MathF.Sqrt(fanIn);
        return Create(shape, values =>
        {
            foreach (ref var value in values)
            {
                value = (float)(((NextUnit() * 2) - 1) * bound);
            }
        });
    }

    /// <summary>Normal with mean 0.</summary>
    public Parameter Normal(double deviation, params long[] shape) => Create(shape, values =>
    {
        foreach (ref var value in values)
        {
            // Box–Muller; 1 − u is never 0.
            value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - NextUnit())) * Math.Cos(2 * Math.PI * NextUnit()));
        }
    });

    /// <summary>The same number everywhere.</summary>
    public static Parameter Constant(float value, params long[] shape) => Create(shape, values => values.Fill(value));

    private delegate void Fill(Span<float> values);

    private static Parameter Create(long[] shape, Fill fill)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        fill(values);
        return new Parameter(tensor(values, shape).DetachFromDisposeScope());
    }

    /// <summary>The next number in [0, 1), of 53 bits (SplitMix64; Steele, Lea and Flood, OOPSLA 2014).</summary>
    private double NextUnit()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
