using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>Every sample counts the same: the loss is the mean absolute error.</summary>
internal sealed class UniformLossBalancer : ILossBalancer
{
    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters => [];

    /// <inheritdoc/>
    public BalancedLoss Balance(SampleErrors errors, IReadOnlyList<int> tasks)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return new(errors.Minimised, ones_like(errors.Minimised).detach());
    }

    /// <inheritdoc/>
    public void MoveTo(Device device, ScalarType dtype)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
