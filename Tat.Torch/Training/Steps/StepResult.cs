namespace Tat.Torch.Training.Steps;

/// <summary>What came of one optimiser step; the arrays have a number per patch.</summary>
/// <param name="Loss">The balanced loss that was minimised.</param>
/// <param name="GradientNorm">Norm of all gradients, before clipping.</param>
/// <param name="InputErrors">|input − label|.</param>
/// <param name="RestoredErrors">|restored − label|.</param>
/// <param name="Weights">The balancer's estimates.</param>
internal sealed record StepResult(double Loss, double GradientNorm, float[] InputErrors, float[] RestoredErrors, float[] Weights)
{
    /// <summary>Whether loss and gradients are numbers, so that the parameters could be changed.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}
