using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>The mean absolute errors of each sample of a batch that loss balancing looks at; TAT paper, section 2.4.</summary>
/// <param name="Input">|input − label| of each sample, shape B: how degraded it is.</param>
/// <param name="Change">|input − restored| of each sample, shape B: how much the network changed it.</param>
/// <param name="Restored">|restored − label| of each sample, shape B, the error to minimise; gradients flow through it.</param>
internal sealed record SampleErrors(Tensor Input, Tensor Change, Tensor Restored)
{
    /// <summary>Takes the errors of a batch.</summary>
    /// <param name="input">Degraded images, B×1×H×W.</param>
    /// <param name="restored">What the network made of them, of the same shape.</param>
    /// <param name="label">Reference images, of the same shape.</param>
    public static SampleErrors Of(Tensor input, Tensor restored, Tensor label)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(restored);
        ArgumentNullException.ThrowIfNull(label);
        return new(Distance(input.detach(), label), Distance(input.detach(), restored.detach()), Distance(restored, label));
    }

    private static Tensor Distance(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return (first - second).abs().flatten(1).mean([1]).MoveToOuterDisposeScope(); // B×1×H×W → B
    }
}
