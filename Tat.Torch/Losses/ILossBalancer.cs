using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>Turns the errors of a batch's samples into one loss, so that no task dominates the others.</summary>
/// <remarks>Its parameters, if it has any, are trained by the optimiser of the network. They are not part of the restoring model.</remarks>
internal interface ILossBalancer : IDisposable
{
    /// <summary>The learnt parameters by name; empty where nothing is learnt.</summary>
    IEnumerable<(string Name, Parameter Parameter)> NamedParameters { get; }

    /// <summary>Weighs the errors of a batch.</summary>
    /// <param name="errors">The errors of B samples.</param>
    /// <param name="tasks">The task of each sample, as its index in the vocabulary.</param>
    BalancedLoss Balance(SampleErrors errors, IReadOnlyList<int> tasks);

    /// <summary>Moves the parameters to a device and a floating-point type.</summary>
    void MoveTo(Device device, ScalarType dtype);
}
