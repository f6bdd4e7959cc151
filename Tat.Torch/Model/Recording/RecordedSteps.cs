using Tat.Torch.Model.Parameters;
using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>Steps of a network that belong to no layer of their own.</summary>
internal static unsafe class RecordedSteps
{
    /// <summary>A 3×3 convolution of joined maps.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="weights">The kernels, and perhaps a bias.</param>
    /// <param name="gelu">Whether a GELU follows.</param>
    /// <param name="needed">Whether the maps' gradients are asked for.</param>
    /// <param name="maps">H×W×… each.</param>
    public static RecordedMap Convolve(this Tape tape, Weights weights, bool gelu, bool needed, params RecordedMap[] maps)
    {
        var slot = tape[weights.Weight];
        var result = tape.NewMap(maps[0].Height, maps[0].Width, slot.Outputs);
        var convolution = new RecordedConvolution(tape, maps, slot);
        var before = gelu ? tape.Memory.Take(result.Count) : result.Values;
        convolution.Run(before);
        for (var pixel = 0; weights.Bias is not null && pixel < result.Pixels; pixel++)
        {
            var at = before + ((nint)pixel * result.Channels);
            PixelRows.Add(at, tape[weights.Bias].Values, at, result.Channels);
        }

        if (gelu)
        {
            Gelu.Apply(before, result.Values, result.Count);
        }

        tape.RecordGiving(() =>
        {
            var gradient = result.Gradient;
            if (gelu)
            {
                Gelu.ApplyGradient(before, gradient, gradient, result.Count);
            }

            for (var pixel = 0; weights.Bias is not null && pixel < result.Pixels; pixel++)
            {
                tape[weights.Bias].Add(0, 1, result.Channels, gradient + ((nint)pixel * result.Channels), result.Channels);
            }

            convolution.GoBack(gradient, needed);
        });
        return result;
    }

    /// <summary>A 1×1 convolution.</summary>
    public static RecordedMap Pointwise(this Tape tape, Weights weights, RecordedMap map)
    {
        var slot = tape[weights.Weight];
        var result = tape.NewMap(map.Height, map.Width, slot.Outputs);
        var product = new RecordedProduct(tape.Memory, slot.Values, slot.Outputs, slot.Inputs);
        product.Multiply(map.Values, map.Channels, map.Pixels, result.Values);
        tape.RecordGiving(() =>
        {
            var given = tape.Memory.Take(map.Count);
            var position = tape.Memory.Position;
            product.GoBack(result.Gradient, map.Pixels, given, map.Channels);
            slot.Add(0, slot.Outputs, slot.Inputs, product.AddGradient(map.Values, map.Channels, result.Gradient, map.Pixels), slot.Inputs);
            tape.Memory.Release(position);
            map.Give(given);
        });
        return result;
    }

    /// <summary>The channels of two maps.</summary>
    public static RecordedMap Join(this Tape tape, RecordedMap first, RecordedMap second)
    {
        var result = tape.NewMap(first.Height, first.Width, first.Channels + second.Channels);
        PixelCopies.Copy(first.Values, first.Channels, result.Values, result.Channels, first.Channels, first.Pixels);
        PixelCopies.Copy(second.Values, second.Channels, result.Values + first.Channels, result.Channels, second.Channels, first.Pixels);
        tape.RecordGiving(() =>
        {
            float* ofFirst = tape.Memory.Take(first.Count), ofSecond = tape.Memory.Take(second.Count);
            PixelCopies.Copy(result.Gradient, result.Channels, ofFirst, first.Channels, first.Channels, first.Pixels);
            PixelCopies.Copy(result.Gradient + first.Channels, result.Channels, ofSecond, second.Channels, second.Channels, first.Pixels);
            first.Give(ofFirst);
            second.Give(ofSecond);
        });
        return result;
    }

    /// <summary>The sum of two maps.</summary>
    public static RecordedMap Add(this Tape tape, RecordedMap first, RecordedMap second)
    {
        var result = tape.NewMap(first.Height, first.Width, first.Channels);
        PixelRows.Add(first.Values, second.Values, result.Values, result.Count);
        tape.RecordGiving(() =>
        {
            var copy = tape.Memory.Take(result.Count);
            PixelCopies.Copy(result.Gradient, result.Channels, copy, result.Channels, result.Channels, result.Pixels);
            first.Give(result.Gradient);
            second.Give(copy);
        });
        return result;
    }

    /// <summary>H×W×C → Hn×Wn×C/n², as a pixel shuffle.</summary>
    public static RecordedMap Unfold(this Tape tape, RecordedMap map, int factor, bool needed = true)
    {
        var result = tape.NewMap(map.Height * factor, map.Width * factor, map.Channels / (factor * factor));
        PixelCopies.Shuffle(map.Values, result.Values, map.Height, map.Width, result.Channels, factor, unfolds: true);
        if (needed)
        {
            tape.RecordGiving(() =>
            {
                var given = tape.Memory.Take(map.Count);
                PixelCopies.Shuffle(given, result.Gradient, map.Height, map.Width, result.Channels, factor, unfolds: false);
                map.Give(given);
            });
        }

        return result;
    }

    /// <summary>H×W×C → H/n×W/n×Cn², the other way round.</summary>
    public static RecordedMap Fold(this Tape tape, RecordedMap map, int factor)
    {
        var result = tape.NewMap(map.Height / factor, map.Width / factor, map.Channels * factor * factor);
        PixelCopies.Shuffle(result.Values, map.Values, result.Height, result.Width, map.Channels, factor, unfolds: false);
        tape.RecordGiving(() =>
        {
            var given = tape.Memory.Take(map.Count);
            PixelCopies.Shuffle(result.Gradient, given, result.Height, result.Width, map.Channels, factor, unfolds: true);
            map.Give(given);
        });
        return result;
    }

    /// <summary>The mean over all pixels: C numbers.</summary>
    public static RecordedMap Mean(this Tape tape, RecordedMap map)
    {
        var result = new RecordedMap(1, 1, map.Channels, tape.Memory.TakeZeros(map.Channels));
        for (var i = 0; i < map.Pixels; i++)
        {
            PixelRows.Add(result.Values, map.Values + ((nint)i * map.Channels), result.Values, map.Channels);
        }

        for (var c = 0; c < map.Channels; c++)
        {
            result.Values[c] /= map.Pixels;
        }

        tape.RecordGiving(() =>
        {
            var given = tape.Memory.Take(map.Count);
            for (var c = 0; c < map.Channels; c++)
            {
                result.Gradient[c] /= map.Pixels;
            }

            for (var i = 0; i < map.Pixels; i++)
            {
                PixelCopies.Copy(result.Gradient, map.Channels, given + ((nint)i * map.Channels), map.Channels, map.Channels, 1);
            }

            map.Give(given);
        });
        return result;
    }

    /// <summary>gelu(matrix · vector), with a gradient that is zero until somebody adds to it.</summary>
    public static RecordedMap Generate(this Tape tape, Weights weights, RecordedMap vector)
    {
        var slot = tape[weights.Weight];
        var result = tape.NewMap(1, 1, slot.Outputs);
        var before = tape.Memory.Take(slot.Outputs);
        var whole = Lanes.RoundUp(slot.Outputs);
        result.Give(tape.Memory.TakeZeros(slot.Outputs));
        VectorProducts.Multiply(slot.Values, slot.Outputs, slot.Inputs, vector.Values, before);
        Gelu.Apply(before, result.Values, whole);
        tape.RecordGiving(() =>
        {
            var given = tape.Memory.TakeZeros(slot.Inputs);
            Gelu.ApplyGradient(before, result.Gradient, result.Gradient, whole);
            VectorProducts.AddGradients(slot.Values, slot.Outputs, slot.Inputs, vector.Values, result.Gradient, slot.Gradient, given);
            vector.Give(given);
        });
        return result;
    }
}
