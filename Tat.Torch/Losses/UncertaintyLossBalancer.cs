using Tat.Torch.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>
/// Weighs each task by one learnt variance (Kendall, Gal and Cipolla, CVPR 2018): ½ e^(−s) c + ½ s with s = log σ² of the sample's task.
/// </summary>
/// <remarks>It starts at s = 0, where every task counts the same.</remarks>
internal sealed class UncertaintyLossBalancer : ILossBalancer
{
    private Parameter _logVariance;

    /// <summary>Creates a balancer.</summary>
    /// <param name="tasks">Number of tasks, at least 1.</param>
    public UncertaintyLossBalancer(int tasks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 1);
        _logVariance = new Parameter(zeros(tasks).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters => [("log_variance", _logVariance)];

    /// <inheritdoc/>
    public BalancedLoss Balance(SampleErrors errors, IReadOnlyList<int> tasks)
    {
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(tasks);
        using var scope = NewDisposeScope();
        var indices = tensor(tasks.Select(task => (long)task).ToArray(), device: _logVariance.device);
        var s = _logVariance.index_select(0, indices); // tasks → B
        var terms = ((-s).exp().Times(0.5) * errors.Minimised).Plus(s.Times(0.5));
        return new(terms.MoveToOuterDisposeScope(), s.detach().Times(0.5).exp().MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void MoveTo(Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var moved = new Parameter(_logVariance.detach().to(dtype, device).clone().DetachFromDisposeScope());
        _logVariance.Dispose();
        _logVariance = moved;
    }

    /// <inheritdoc/>
    public void Dispose() => _logVariance.Dispose();
}
