using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Optimization;

/// <summary>AdamW (Loshchilov and Hutter, ICLR 2019) on one vector of parameters, with the arithmetic of PyTorch's.</summary>
internal sealed class AdamW : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly double _weightDecay;

    public AdamW(FlatParameters parameters, double beta1, double beta2, double epsilon, double weightDecay)
    {
        (_parameters, _beta1, _beta2, _epsilon, _weightDecay) = (parameters, beta1, beta2, epsilon, weightDecay);
        Moment1 = zeros_like(parameters.Values).DetachFromDisposeScope();
        Moment2 = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>The running mean of the gradients.</summary>
    public Tensor Moment1 { get; }

    /// <summary>The running mean of their squares.</summary>
    public Tensor Moment2 { get; }

    /// <summary>Changes the parameters by their gradients, and moves an average of the first of them.</summary>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="average">The moving average of the leading parameters.</param>
    /// <param name="decay">How much of the average stays.</param>
    public void Step(long step, double rate, Tensor average, double decay)
    {
        var (values, gradients) = (_parameters.Values, _parameters.Gradients!);

        // Held, because TorchSharp would let numbers go before the operators have read them (see HeldScalars).
        using Scalar decayed = (1 - (rate * _weightDecay)).ToScalar(), one = 1.ToScalar(), epsilon = _epsilon.ToScalar();
        using Scalar beta1 = _beta1.ToScalar(), rest1 = (1 - _beta1).ToScalar(), beta2 = _beta2.ToScalar(), rest2 = (1 - _beta2).ToScalar();
        using Scalar correction = Math.Sqrt(1 - Math.Pow(_beta2, step)).ToScalar(), stepSize = (-rate / (1 - Math.Pow(_beta1, step))).ToScalar();
        using Scalar kept = decay.ToScalar(), renewed = (1 - decay).ToScalar();
        LongVectors.ForEachPiece(values, (_, start, length) =>
        {
            var p = values.narrow(0, start, length);
            var g = gradients.narrow(0, start, length);
            var m = Moment1.narrow(0, start, length);
            var v = Moment2.narrow(0, start, length);
            p.mul_(decayed);
            m.mul_(beta1).add_(g, rest1);
            v.mul_(beta2).addcmul_(g, g, rest2);
            var denominator = v.sqrt().div_(correction).add_(epsilon, one);
            p.addcdiv_(m, denominator, stepSize);

            var averaged = Math.Min(length, average.numel() - start);
            if (averaged > 0)
            {
                Average(average.narrow(0, start, averaged), p.narrow(0, 0, averaged), kept, renewed, decay == 0);
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Moment1.Dispose();
        Moment2.Dispose();
    }

    private static void Average(Tensor average, Tensor values, Scalar kept, Scalar renewed, bool copy)
    {
        if (copy)
        {
            average.copy_(values);
        }
        else
        {
            average.mul_(kept).add_(values, renewed);
        }
    }
}
