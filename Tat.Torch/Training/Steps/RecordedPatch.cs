using Tat.Torch.Model;
using Tat.Torch.Model.Recording;
using Tat.Torch.Simd;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Steps;

/// <summary>
/// One patch at a time on its way through a network on one core and back, without autograd; gradients are added to those of the parameters.
/// </summary>
internal sealed unsafe class RecordedPatch(TatNetwork network) : IDisposable
{
    private readonly Tape _tape = new();
    private RecordedMap? _correction;

    /// <summary>Restores a patch.</summary>
    /// <param name="input">1×1×H×W, of which <see cref="TatNetwork.CanRecord"/> is true.</param>
    /// <returns>As large, and a leaf whose gradient <see cref="GoBack"/> wants.</returns>
    public Tensor Restore(Tensor input)
    {
        _tape.Clear();
        var restored = input.clone();
        _correction = network.Record(_tape, new((int)input.shape[2], (int)input.shape[3], 1, input.Pointer()));
        var pixels = restored.Pointer();
        PixelRows.Add(pixels, _correction.Values, pixels, _correction.Count);
        return restored.requires_grad_();
    }

    /// <summary>Adds the gradients of the patch that was restored last.</summary>
    public void GoBack(Tensor restored)
    {
        using var scope = NewDisposeScope();
        _correction!.Give(restored.grad!.contiguous().Pointer());
        _tape.GoBack();
    }

    public void Dispose() => _tape.Dispose();
}
