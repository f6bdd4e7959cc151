using Tat.Torch.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>
/// Task-adaptive loss balancing of the TAT paper: ½/(u² + 1e-8) · c + ½ log(1 + u²), with u estimated from each sample's errors.
/// </summary>
/// <remarks>
/// c is the mean absolute error of the restored sample. The estimator learns to scale down what is hard or noisy. u starts at 1, where the
/// loss is ½ c + ½ log 2.
/// </remarks>
internal sealed class TaskAdaptiveLossBalancer : ILossBalancer
{
    private readonly WeightEstimator _estimator;

    /// <summary>Creates a balancer with a fresh estimator.</summary>
    /// <param name="seed">Seed of its initial weights.</param>
    public TaskAdaptiveLossBalancer(ulong seed)
    {
        _estimator = new WeightEstimator(seed);
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters =>
        _estimator.named_parameters().Select(named => ($"weight_estimator.{named.name}", named.parameter));

    /// <inheritdoc/>
    public BalancedLoss Balance(SampleErrors errors, IReadOnlyList<int> tasks)
    {
        ArgumentNullException.ThrowIfNull(errors);
        using var scope = NewDisposeScope();
        var facts = stack([errors.Input, errors.Change, errors.Restored], 1).detach(); // three of B → B×3
        var u = _estimator.call(facts);
        var squared = u.Squared();
        var terms = (0.5.DividedBy(squared.Plus(1e-8)) * errors.Minimised).Plus(squared.Plus(1).log().Times(0.5));
        return new(terms.MoveToOuterDisposeScope(), u.detach().MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void MoveTo(Device device, ScalarType dtype) => _estimator.to(dtype).to(device);

    /// <inheritdoc/>
    public void Dispose() => _estimator.Dispose();
}
