using System.Runtime.CompilerServices;
using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>
/// A 3×3 convolution with zero padding of maps whose channels are joined, and back. Channels are padded with zeros to whole
/// panels.
/// </summary>
internal sealed unsafe class RecordedConvolution
{
    private const int Side = 3;
    private const int Taps = Side * Side;

    // Of pixels and gradients whose products are summed at a time.
    private const int Bytes = 256 << 10;

    private readonly Tape _tape;
    private readonly RecordedMap[] _maps;
    private readonly RecordedWeights _weights;
    private readonly int _height;
    private readonly int _width;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly float* _pixels;

    /// <summary>Prepares a convolution.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="maps">H×W×… each, together C channels.</param>
    /// <param name="weights">K×C×3×3.</param>
    public RecordedConvolution(Tape tape, RecordedMap[] maps, RecordedWeights weights)
    {
        (_tape, _maps, _weights, _height, _width) = (tape, maps, weights, maps[0].Height, maps[0].Width);
        (_inputs, _outputs) = ((int)Lanes.RoundUp(weights.Inputs), MatrixPanels.RoundUp(weights.Outputs));
        _pixels = NewFrame(_inputs);
        var first = 0;
        foreach (var map in maps)
        {
            CopyInto(_pixels, _inputs, first, map.Values, map.Channels);
            first += map.Channels;
        }
    }

    /// <summary>H×W×K.</summary>
    public void Run(float* target)
    {
        var position = _tape.Memory.Position;
        var packed = Arranged(_weights.Outputs, _weights.Inputs * Taps, _weights.Inputs, Taps, _inputs, isFlipped: false);
        Convolve(_pixels, _inputs, packed, _outputs, target, _weights.Outputs);
        _tape.Memory.Release(position);
    }

    /// <summary>Adds the gradient of the weights, and gives those of the maps.</summary>
    /// <param name="gradient">H×W×K.</param>
    /// <param name="needed">Whether the maps' gradients are asked for.</param>
    public void GoBack(float* gradient, bool needed)
    {
        float*[] given = needed ? NewGradients() : [];
        var position = _tape.Memory.Position;
        var framed = NewFrame(_outputs);
        CopyInto(framed, _outputs, 0, gradient, _weights.Outputs);
        AddWeightGradient(framed);
        if (needed)
        {
            GiveToMaps(framed, given);
        }

        _tape.Memory.Release(position);
    }

    private float*[] NewGradients()
    {
        var given = new float*[_maps.Length];
        for (var i = 0; i < given.Length; i++)
        {
            given[i] = _tape.Memory.Take(_maps[i].Count);
        }

        return given;
    }

    private void GiveToMaps(float* framed, float*[] given)
    {
        var outputs = MatrixPanels.RoundUp(_weights.Inputs);
        var packed = Arranged(_weights.Inputs, Taps, _weights.Outputs, _weights.Inputs * Taps, _outputs, isFlipped: true);
        var joined = _maps.Length == 1 ? given[0] : _tape.Memory.Take((nint)_height * _width * _weights.Inputs);
        Convolve(framed, _outputs, packed, outputs, joined, _weights.Inputs);
        var first = 0;
        for (var i = 0; i < _maps.Length; i++)
        {
            if (_maps.Length > 1)
            {
                PixelCopies.Copy(joined + first, _weights.Inputs, given[i], _maps[i].Channels, _maps[i].Channels, _maps[i].Pixels);
            }

            _maps[i].Give(given[i]);
            first += _maps[i].Channels;
        }
    }

    private void Convolve(float* pixels, int inputs, float* packed, int outputs, float* target, int wanted)
    {
        if (outputs == wanted)
        {
            MatrixProducts.Convolve(pixels, _height, _width, inputs, packed, outputs, target);
            return;
        }

        var padded = _tape.Memory.Take((nint)_height * _width * outputs);
        MatrixProducts.Convolve(pixels, _height, _width, inputs, packed, outputs, padded);
        PixelCopies.Copy(padded, outputs, target, wanted, wanted, _height * _width);
    }

    /// <summary>For each tap the products of all pixels' gradients with the pixels that the tap saw.</summary>
    private void AddWeightGradient(float* framed)
    {
        // In rows of W + 2 pixels a tap is a shift of the whole map, and the gradient is zero where the shift would join two rows. Three
        // taps side by side are consecutive channels.
        var (row, columns) = (_width + 2, Side * _inputs);
        var size = (nint)_weights.Outputs * columns;
        float* sums = _tape.Memory.TakeZeros(Side * size), part = _tape.Memory.Take(size);
        var most = Math.Max(1, Bytes / ((_inputs + _outputs) * sizeof(float)));
        var last = ((_height + 1) * row) - 1;
        for (var start = row + 1; start < last; start += most)
        {
            for (var y = 0; y < Side; y++)
            {
                var seen = _pixels + ((start + ((y - 1) * row) - 1) * (nint)_inputs);
                MatrixProducts.MultiplyStrided(
                    framed + ((nint)start * _outputs), 1, _outputs, _weights.Outputs, seen, _inputs, MatrixPanels.Width,
                    Math.Min(most, last - start), part, columns, columns);
                PixelRows.Add(sums + (y * size), part, sums + (y * size), size);
            }
        }

        var gradient = _weights.Gradient;
        for (var k = 0; k < _weights.Outputs; k++)
        {
            for (var channel = 0; channel < _weights.Inputs; channel++)
            {
                var from = sums + ((nint)k * columns) + channel;
                for (var tap = 0; tap < Taps; tap++)
                {
                    *gradient++ += from[(tap / Side * size) + (tap % Side * _inputs)];
                }
            }
        }
    }

    /// <summary>(H + 2)×(W + 2)×channels with zeros around.</summary>
    private float* NewFrame(int channels)
    {
        var row = (_width + 2) * channels;
        var frame = _tape.Memory.Take((nint)(_height + 2) * row);
        new Span<float>(frame, row).Clear();
        new Span<float>(frame + ((nint)(_height + 1) * row), row).Clear();
        for (var y = 1; y <= _height; y++)
        {
            new Span<float>(frame + ((nint)y * row), channels).Clear();
            new Span<float>(frame + ((nint)(y + 1) * row) - channels, channels).Clear();
        }

        return frame;
    }

    /// <summary>Copies channels into a frame; those that its last pixels have beyond become zeros.</summary>
    private void CopyInto(float* frame, int channels, int first, float* map, int count)
    {
        for (var y = 0; y < _height; y++)
        {
            var to = frame + ((((nint)(y + 1) * (_width + 2)) + 1) * channels);
            if (first == 0 && count < channels)
            {
                new Span<float>(to, _width * channels).Clear();
            }

            PixelCopies.Copy(map + ((nint)y * _width * count), count, to + first, channels, count, _width);
        }
    }

    /// <summary>
    /// The kernels as <see cref="MatrixProducts"/> reads them: panels of 16 outputs, 3×3×inputs×16 each, padded with zeros.
    /// </summary>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="outputStep">Stride from output to output, in floats.</param>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="inputStep">Stride from input to input, in floats.</param>
    /// <param name="padded">Inputs of a panel.</param>
    /// <param name="isFlipped">Whether taps come from the last to the first.</param>
    private float* Arranged(int outputs, int outputStep, int inputs, int inputStep, int padded, bool isFlipped)
    {
        var panel = (nint)Taps * padded * MatrixPanels.Width;
        var isWhole = inputs == padded && outputs % MatrixPanels.Width == 0;
        var count = MatrixPanels.RoundUp(outputs) / MatrixPanels.Width * panel;
        var packed = isWhole ? _tape.Memory.Take(count) : _tape.Memory.TakeZeros(count);
        for (var first = 0; first < outputs; first += MatrixPanels.Width)
        {
            var to = packed + (first / MatrixPanels.Width * panel);
            var from = _weights.Values + ((nint)first * outputStep);
            Arrange(from, outputStep, Math.Min(MatrixPanels.Width, outputs - first), inputs, inputStep, padded, to, isFlipped);
        }

        return packed;
    }

    /// <summary>One panel, written line by line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Arrange(
        float* from, nint outputStep, int outputs, int inputs, nint inputStep, int padded, float* to, bool isFlipped)
    {
        for (var i = 0; i < inputs; i++, from += inputStep, to += MatrixPanels.Width)
        {
            for (var tap = 0; tap < Taps; tap++)
            {
                float* line = to + ((nint)(isFlipped ? Taps - 1 - tap : tap) * padded * MatrixPanels.Width), source = from + tap;
                for (var k = 0; k < outputs; k++, source += outputStep)
                {
                    line[k] = *source;
                }
            }
        }
    }
}
