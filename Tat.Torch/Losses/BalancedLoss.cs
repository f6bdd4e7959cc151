using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>The loss of a batch, sample by sample; the loss to minimise is the mean of <paramref name="Terms"/>.</summary>
/// <param name="Terms">The loss of each sample, shape B; gradients flow through it.</param>
/// <param name="Weights">What the balancer estimated for each sample, shape B, detached: u for task-adaptive balancing, σ for uncertainty,
/// 1 for uniform.</param>
internal sealed record BalancedLoss(Tensor Terms, Tensor Weights);
