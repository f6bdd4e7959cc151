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
    private readonly IReadOnlyList<(long Start, long Length)> _stretches;

    /// <param name="parameters">All parameters.</param>
    /// <param name="beta1">How much of the mean of the gradients stays.</param>
    /// <param name="beta2">How much of the mean of their squares stays.</param>
    /// <param name="epsilon">Keeps steps finite.</param>
    /// <param name="weightDecay">What weights lose in a step, at a rate of 1.</param>
    /// <param name="leaveOut">Which parameters another optimiser has; <see langword="null"/> for none.</param>
    public AdamW(FlatParameters parameters, double beta1, double beta2, double epsilon, double weightDecay,
        Func<ParameterSlot, bool>? leaveOut = null)
    {
        _stretches = [.. StretchesBetween(parameters, [.. parameters.Layout.Where(leaveOut ?? (_ => false))])];
        (_parameters, _beta1, _beta2, _epsilon, _weightDecay) = (parameters, beta1, beta2, epsilon, weightDecay);
        Moment1 = zeros_like(parameters.Values).DetachFromDisposeScope();
        Moment2 = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>The running mean of the gradients; of parameters that are left out, what their optimiser keeps here.</summary>
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
        using Scalar correction = Math.Sqrt(1 - Math.Pow(_beta2, step)).ToScalar(),
            stepSize = (-rate / (1 - Math.Pow(_beta1, step))).ToScalar();
        LongVectors.ForEachPiece(values, _stretches, (_, start, length) =>
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
                EmaSchedule.Update(average.narrow(0, start, averaged), p.narrow(0, 0, averaged), decay);
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Moment1.Dispose();
        Moment2.Dispose();
    }

    private static IEnumerable<(long Start, long Length)> StretchesBetween(FlatParameters parameters, ParameterSlot[] others)
    {
        var ends = others.Select(slot => slot.Offset).Append(parameters.Values.numel());
        return others.Select(slot => slot.Offset + slot.Length).Prepend(0).Zip(ends, (start, end) => (start, end - start))
            .Where(stretch => stretch.Item2 > 0);
    }
}
