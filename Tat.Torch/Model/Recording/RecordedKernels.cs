namespace Tat.Torch.Model.Recording;

/// <summary>The kernels of a depth-wise layer, K×9: its own, or shared + gate · generated.</summary>
internal sealed unsafe class RecordedKernels
{
    private const int Taps = 9;

    private readonly RecordedWeights _own;
    private readonly RecordedWeights _gate;
    private readonly RecordedMap? _generated;

    /// <summary>Those of a plain layer.</summary>
    /// <param name="own">K×1×3×3.</param>
    public RecordedKernels(RecordedWeights own)
    {
        _own = own;
        Values = own.Values;
    }

    /// <summary>Those of a weight-adaptive layer.</summary>
    /// <param name="memory">Where they are put together.</param>
    /// <param name="shared">1×K×1×3×3.</param>
    /// <param name="gate">1×K×1×1×1.</param>
    /// <param name="generated">K·9 numbers.</param>
    public RecordedKernels(Arena memory, RecordedWeights shared, RecordedWeights gate, RecordedMap generated)
    {
        (_own, _gate, _generated) = (shared, gate, generated);
        Values = memory.Take(generated.Count);
        for (nint i = 0; i < generated.Count; i++)
        {
            Values[i] = shared.Values[i] + (gate.Values[i / Taps] * generated.Values[i]);
        }
    }

    public float* Values { get; }

    /// <summary>Adds the gradients of what the kernels are made of.</summary>
    /// <param name="gradient">K×9.</param>
    public void GoBack(float* gradient)
    {
        for (nint i = 0; i < _own.Count; i++)
        {
            _own.Gradient[i] += gradient[i];
            if (_generated is not null)
            {
                _gate.Gradient[i / Taps] += gradient[i] * _generated.Values[i];
                _generated.Gradient[i] += gradient[i] * _gate.Values[i / Taps];
            }
        }
    }
}
