using Tat.Torch.Randomness;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Parameters;

/// <summary>Makes the parameters of a new network, from one seed and nothing else.</summary>
/// <param name="seed">Same seed, same parameters; <see langword="null"/> where all are about to be overwritten.</param>
internal sealed class ParameterSource(ulong? seed)
{
    private long _made;

    private delegate void Fill(Span<float> values, RandomStream random);

    /// <summary>Uniform in ±1/√fanIn: what PyTorch gives to the weights and biases of convolutions and linear layers.</summary>
    public Parameter Uniform(long fanIn, params long[] shape)
    {
        var bound = 1 / Math.Sqrt(fanIn);
        return Create(shape, (values, random) =>
        {
            foreach (ref var value in values)
            {
                value = (float)(((random.NextDouble() * 2) - 1) * bound);
            }
        });
    }

    /// <summary>Normal with mean 0.</summary>
    public Parameter Normal(double deviation, params long[] shape) => Create(shape, (values, random) =>
    {
        foreach (ref var value in values)
        {
            // Box–Muller; 1 − u is never 0.
            value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    });

    /// <summary>The same number everywhere.</summary>
    public Parameter Constant(float constant, params long[] shape) => Create(shape, (values, _) => values.Fill(constant));

    private Parameter Create(long[] shape, Fill fill)
    {
        // The parameter takes over the tensor, which belongs to the network and to no dispose scope.
        var values = empty(shape, ScalarType.Float32, CPU).DetachFromDisposeScope();
        if (seed is { } start)
        {
            fill(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(values.bytes),
                new RandomStream(start, Streams.NetworkWeights, _made++));
        }

        return new Parameter(values);
    }
}
