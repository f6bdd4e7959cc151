namespace Tat.Torch.Training;

/// <summary>Training of one task, averaged over the patches since the last report.</summary>
/// <param name="Loss">Mean absolute error of restored patches, in normalised intensity (0 … 1 is the task's range).</param>
/// <param name="InputLoss">Mean absolute error of the degraded patches, which restoring should lower.</param>
/// <param name="Weight">What the loss balancer estimated: u for task-adaptive balancing, σ for uncertainty, 1 for uniform.</param>
public sealed record TaskProgress(double Loss, double InputLoss, double Weight);
