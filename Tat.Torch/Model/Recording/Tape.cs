using Tat.Torch.Simd;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Recording;

/// <summary>
/// Records one image's way through a network, so that it can be gone back for the gradients: what autograd does, in a few dozen steps
/// of SIMD loops instead of thousands of operators. One thread at a time; memory is kept from image to image.
/// </summary>
internal sealed unsafe class Tape : IDisposable
{
    private readonly Stack<Action> _steps = [];
    private readonly Dictionary<Tensor, RecordedWeights> _weights = new(ReferenceEqualityComparer.Instance);

    public Arena Memory { get; } = new();

    /// <summary>Whether this processor has the vector instructions.</summary>
    public static bool IsPossible => Lanes.Are8;

    /// <summary>
    /// The values of a parameter and where its gradients come together. Both stay where they are as long as the tape is used.
    /// </summary>
    public RecordedWeights this[Tensor parameter]
    {
        get
        {
            if (!_weights.TryGetValue(parameter, out var weights))
            {
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                var gradient = parameter.grad ?? throw new InvalidOperationException("A parameter has no gradient to add to.");
                weights = new(parameter.detach().Pointer(), gradient.Pointer(), parameter.shape);
                _weights.Add(parameter, weights);
            }

            return weights;
        }
    }

    /// <summary>Remembers how gradients go back through a step.</summary>
    public void Record(Action back) => _steps.Push(() =>
    {
        var position = Memory.Position;
        back();
        Memory.Release(position);
    });

    /// <summary>The same for a step that leaves memory behind, which it gave away.</summary>
    public void RecordGiving(Action back) => _steps.Push(back);

    /// <summary>A map to be filled.</summary>
    public RecordedMap NewMap(int height, int width, int channels) =>
        new(height, width, channels, Memory.Take((nint)height * width * channels));

    /// <summary>Goes back through all steps, from the last to the first.</summary>
    public void GoBack()
    {
        while (_steps.TryPop(out var step))
        {
            step();
        }
    }

    /// <summary>Forgets all steps and maps.</summary>
    public void Clear()
    {
        _steps.Clear();
        Memory.Release(default);
    }

    public void Dispose() => Memory.Dispose();
}
