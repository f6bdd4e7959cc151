using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>The errors of each sample of a batch that losses are made of; TAT paper, section 2.4.</summary>
/// <param name="Input">Mean of |input − label| of each sample, shape B: how degraded it is.</param>
/// <param name="Change">Mean of |input − restored| of each sample, shape B: how much the network changed it.</param>
/// <param name="Restored">Mean of |restored − label| of each sample, shape B.</param>
/// <param name="Minimised">The error to minimise, shape B; gradients flow through it.</param>
internal sealed record SampleErrors(Tensor Input, Tensor Change, Tensor Restored, Tensor Minimised)
{
    /// <summary>Added to mean squares, so that their roots have finite gradients; far below any error that matters.</summary>
    private const double Smallest = 1e-10;

    /// <summary>Takes the errors of a batch.</summary>
    /// <param name="input">Degraded images, B×1×H×W.</param>
    /// <param name="restored">What the network made of them, of the same shape.</param>
    /// <param name="label">Reference images, of the same shape.</param>
    /// <param name="loss">What is minimised.</param>
    public static SampleErrors Of(Tensor input, Tensor restored, Tensor label, RestorationLoss loss = RestorationLoss.MeanAbsolute)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(restored);
        ArgumentNullException.ThrowIfNull(label);
        var distance = Distance(restored, label);
        return new(Distance(input.detach(), label), Distance(input.detach(), restored.detach()), distance.detach(),
            loss == RestorationLoss.RootMeanSquare ? RootMeanSquare(restored, label) : distance);
    }

    private static Tensor Distance(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return (first - second).abs().flatten(1).mean([1]).MoveToOuterDisposeScope(); // B×1×H×W → B
    }

    private static Tensor RootMeanSquare(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return (first - second).Squared().flatten(1).mean([1]).Plus(Smallest).sqrt().MoveToOuterDisposeScope();
    }
}
