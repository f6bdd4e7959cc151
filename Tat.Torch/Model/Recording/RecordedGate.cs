using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>
/// The second half of a gated feed-forward layer: map + projection · (gelu(first) · second) of two filtered halves; and back.
/// </summary>
/// <param name="tape">The tape.</param>
/// <param name="map">H×W×C.</param>
/// <param name="filters">The halves.</param>
/// <param name="projection">C×hidden.</param>
internal sealed unsafe class RecordedGate(Tape tape, RecordedMap map, RecordedFilters filters, RecordedWeights projection)
{
    private readonly int _channels = map.Channels;
    private readonly int _hidden = filters.Channels / 2;
    private readonly RecordedProduct _product = new(
        tape.Memory, Padded(tape.Memory, projection, filters.Channels / 2), map.Channels, filters.Channels / 2);

    public RecordedMap Run()
    {
        var result = tape.NewMap(map.Height, map.Width, _channels);
        var position = tape.Memory.Position;
        float* gate = tape.Memory.Take((nint)filters.MostPixels * _hidden), sums = tape.Memory.Take((nint)filters.MostPixels * _channels);
        filters.Run((first, count) =>
        {
            var at = (nint)first * _channels;
            Gelu.Gate(filters.Filtered + ((nint)first * filters.Channels), count, _hidden, gate);
            _product.Multiply(gate, _hidden, count, sums);
            PixelRows.Add(map.Values + at, sums, result.Values + at, (nint)count * _channels);
        });
        tape.Memory.Release(position);
        return result;
    }

    /// <returns>The gradient of the kernels.</returns>
    public float* GoBack(float* gradient)
    {
        var ofGate = tape.Memory.Take((nint)filters.MostPixels * _hidden);
        float* sums = null;
        var ofKernels = filters.GoBack(
            (first, count, target) =>
            {
                var given = gradient + ((nint)first * _channels);
                _product.GoBack(given, count, ofGate, _hidden);
                Gelu.GateGradient(filters.Filtered + ((nint)first * filters.Channels), ofGate, count, _hidden, (float*)target);
                sums = _product.AddGradient(ofGate, _hidden, given, count);
            },
            gradient);
        projection.Add(0, _channels, projection.Inputs, sums, _hidden);
        return ofKernels;
    }

    private static float* Padded(Arena memory, RecordedWeights projection, int hidden)
    {
        if (projection.Inputs == hidden)
        {
            return projection.Values;
        }

        var padded = memory.TakeZeros((nint)projection.Outputs * hidden);
        PixelCopies.Copy(projection.Values, projection.Inputs, padded, hidden, projection.Inputs, projection.Outputs);
        return padded;
    }
}
