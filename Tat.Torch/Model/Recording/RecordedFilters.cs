using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>
/// Norm, 1×1 convolution and 3×3 depth-wise convolution of a map, some rows at a time, so that they are still in the cache when the next
/// step wants them; and back.
/// </summary>
internal sealed unsafe class RecordedFilters
{
    // Of hidden features at a time: a part of what a core's own cache holds.
    private const int Bytes = 192 << 10;
    private const int Taps = 9;

    private readonly Tape _tape;
    private readonly RecordedMap _map;
    private readonly RecordedWeights _scale;
    private readonly RecordedWeights _shift;
    private readonly RecordedWeights _weights;
    private readonly (int Count, int Size, int Padded) _groups;
    private readonly RecordedProduct _product;
    private readonly float* _kernels;
    private readonly float* _expanded;

    /// <summary>Prepares the filters of a map.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="map">H×W×C.</param>
    /// <param name="scale">C: of the norm.</param>
    /// <param name="shift">C: of the norm.</param>
    /// <param name="weights">The 1×1 convolution, (count·size)×C.</param>
    /// <param name="groups">Of how many groups of channels the result is, and with how many channels each, at first and after zeros are
    /// appended.</param>
    /// <param name="kernels">(count·size)×9.</param>
    public RecordedFilters(Tape tape, RecordedMap map, RecordedWeights scale, RecordedWeights shift, RecordedWeights weights,
        (int Count, int Size, int Padded) groups, float* kernels)
    {
        (_tape, _map, _scale, _shift, _weights, _groups) = (tape, map, scale, shift, weights, groups);
        _kernels = kernels;
        _product = new(tape.Memory, Padded(weights.Values, map.Channels), Channels, map.Channels);
        _expanded = NewRows();
        Filtered = tape.Memory.Take((nint)map.Pixels * Channels);
    }

    /// <summary>Channels of the result, zeros included.</summary>
    public int Channels => _groups.Count * _groups.Padded;

    /// <summary>The result, H×W×channels.</summary>
    public float* Filtered { get; }

    /// <summary>Pixels that are filtered at a time, at most.</summary>
    public int MostPixels => (RowsAtOnce + 1) * _map.Width;

    private int RowsAtOnce => Math.Clamp(Bytes / (_map.Width * Channels * sizeof(float)), 2, Math.Max(2, _map.Height));

    /// <summary>Fills <see cref="Filtered"/>.</summary>
    /// <param name="consume">Gets the first pixel that is new and how many there are.</param>
    public void Run(Action<int, int> consume)
    {
        var (width, height) = (_map.Width, _map.Height);
        var (row, position) = ((nint)width * Channels, _tape.Memory.Position);
        var taps = NewTaps(isFlipped: false);
        var normalized = _tape.Memory.Take((nint)MostPixels * _map.Channels);
        for (int start = 0, done = 0, end; start < height; start = end)
        {
            end = Math.Min(height, start + RowsAtOnce);
            var count = (end - start) * width;
            Normalize(start, count, normalized);
            _product.Multiply(normalized, _map.Channels, count, _expanded + ((start + 1) * row));

            // A row is filtered when the one below it is there.
            var last = end == height ? end : end - 1;
            DepthWiseRows.Filter(new(_expanded + (done * row), taps, null), new(last - done, width, 0, width), Channels,
                Filtered + (done * row), row);
            consume(done * width, (last - done) * width);
            done = last;
        }

        _tape.Memory.Release(position);
    }

    /// <summary>Adds the gradients of map, norm and convolution.</summary>
    /// <param name="produce">Gets the first pixel, how many there are, and where the gradient of these filtered pixels belongs.</param>
    /// <param name="ofMap">H×W×C: is added to, in rows whose pixels were produced.</param>
    /// <returns>(count·size)×9: the gradient of the kernels.</returns>
    public float* GoBack(Action<int, int, nint> produce, float* ofMap)
    {
        var (width, height, channels) = (_map.Width, _map.Height, _map.Channels);
        nint row = (nint)width * Channels, mapRow = (nint)width * channels;
        float* taps = NewTaps(isFlipped: true), ofTaps = _tape.Memory.TakeZeros((nint)Taps * Channels);
        var ofFiltered = NewRows();
        float* normalized = _tape.Memory.Take((nint)MostPixels * channels), ofNormalized = _tape.Memory.Take((nint)MostPixels * channels);
        var ofExpanded = _tape.Memory.Take((nint)MostPixels * Channels);
        float* sums = null;
        for (int start = 0, done = 0, end; start < height; start = end)
        {
            end = Math.Min(height, start + RowsAtOnce);
            var given = ofFiltered + ((start + 1) * row);
            produce(start * width, (end - start) * width, (nint)given);
            DepthWiseGradients.Add(_expanded + (start * row), given, end - start, width, Channels, ofTaps);

            var last = end == height ? end : end - 1;
            var count = (last - done) * width;
            DepthWiseRows.Filter(new(ofFiltered + (done * row), taps, null), new(last - done, width, 0, width), Channels, ofExpanded, row);
            Normalize(done, count, normalized);
            sums = _product.AddGradient(normalized, channels, ofExpanded, count);
            _product.GoBack(ofExpanded, count, ofNormalized, channels);
            NormGradients.Add(_map.Values + (done * mapRow), ofNormalized, count, channels, _scale.Values, ofMap + (done * mapRow),
                _scale.Gradient, _shift.Gradient);
            done = last;
        }

        for (var group = 0; group < _groups.Count; group++)
        {
            _weights.Add(group * _groups.Size, _groups.Size, channels, sums + ((nint)group * _groups.Padded * channels), channels);
        }

        return KernelGradient(ofTaps);
    }

    private void Normalize(int row, int count, float* target) =>
        PixelRows.Normalize(_map.Values + ((nint)row * _map.Width * _map.Channels), count, _map.Channels, _scale.Values, _shift.Values,
            target);

    /// <summary>(H + 2)×W×channels, of which the first and last row are zeros.</summary>
    private float* NewRows()
    {
        var row = _map.Width * Channels;
        var rows = _tape.Memory.Take((nint)(_map.Height + 2) * row);
        new Span<float>(rows, row).Clear();
        new Span<float>(rows + ((nint)(_map.Height + 1) * row), row).Clear();
        return rows;
    }

    /// <summary>Groups of rows with zeros appended; the rows themselves where there are none to append.</summary>
    private float* Padded(float* rows, int columns)
    {
        if (_groups.Size == _groups.Padded)
        {
            return rows;
        }

        var padded = _tape.Memory.TakeZeros((nint)Channels * columns);
        var count = _groups.Size * columns;
        for (var group = 0; group < _groups.Count; group++)
        {
            new Span<float>(rows + ((nint)group * count), count).CopyTo(new(padded + ((nint)group * _groups.Padded * columns), count));
        }

        return padded;
    }

    /// <summary>The kernels as <see cref="DepthWiseRows"/> reads them.</summary>
    private float* NewTaps(bool isFlipped)
    {
        float* taps = _tape.Memory.Take((nint)Channels * Taps), kernels = Padded(_kernels, Taps);
        var lanes = DepthWiseRows.LanesOf(Channels);
        for (var channel = 0; channel < Channels; channel++, kernels += Taps)
        {
            var to = taps + ((nint)channel / lanes * lanes * Taps) + (channel % lanes);
            for (var tap = 0; tap < Taps; tap++)
            {
                to[tap * lanes] = kernels[isFlipped ? Taps - 1 - tap : tap];
            }
        }

        return taps;
    }

    private float* KernelGradient(float* ofTaps)
    {
        var gradient = _tape.Memory.Take((nint)_groups.Count * _groups.Size * Taps);
        var lanes = DepthWiseRows.LanesOf(Channels);
        for (var i = 0; i < _groups.Count * _groups.Size; i++)
        {
            var channel = (i / _groups.Size * _groups.Padded) + (i % _groups.Size);
            var from = ofTaps + ((nint)channel / lanes * lanes * Taps) + (channel % lanes);
            for (var tap = 0; tap < Taps; tap++)
            {
                gradient[(i * Taps) + tap] = from[tap * lanes];
            }
        }

        return gradient;
    }
}
