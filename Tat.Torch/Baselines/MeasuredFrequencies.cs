using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Baselines;

/// <summary>The block of frequencies that an image was made from, found by its edge: beyond it the power falls steeply.</summary>
internal sealed class MeasuredFrequencies
{
    /// <summary>A fall of power by less than this, from one side of a frequency to the other, is none.</summary>
    private const double Steep = 10;

    private readonly double[] _re;
    private readonly double[] _im;
    private readonly int _height;
    private readonly int _width;

    public MeasuredFrequencies(ImageSlice image)
    {
        (_height, _width) = (image.Height, image.Width);
        (_re, _im) = Transform(image);
        Rows = Edge(Power(alongRows: false));
        Columns = Edge(Power(alongRows: true));
    }

    /// <summary>The first vertical frequency, counted from 0, that was not measured; above half the height if all were.</summary>
    public int Rows { get; }

    /// <summary>The first horizontal frequency that was not measured; above half the width if all were.</summary>
    public int Columns { get; }

    /// <summary>An image with its measured frequencies replaced by those of the original.</summary>
    public ImageSlice PutBack(ImageSlice image)
    {
        var (re, im) = Transform(image);
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                if (Frequency(y, _height) < Rows && Frequency(x, _width) < Columns)
                {
                    var i = (y * _width) + x;
                    (re[i], im[i]) = (_re[i], _im[i]);
                }
            }
        }

        // The block is symmetric, so the result is real.
        PlaneTransform.Inverse(re, im, _height, _width);
        return new([.. re.Select(value => (float)value)], _height, _width);
    }

    private static (double[] Re, double[] Im) Transform(ImageSlice image)
    {
        double[] re = [.. image.Pixels.Select(value => (double)value)];
        var im = new double[re.Length];
        PlaneTransform.Forward(re, im, image.Height, image.Width);
        return (re, im);
    }

    /// <summary>Power by frequency along one axis, over the low frequencies of the other.</summary>
    private double[] Power(bool alongRows)
    {
        var (length, across) = alongRows ? (_width, _height) : (_height, _width);
        var power = new double[(length / 2) + 1];
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                var (along, other) = alongRows ? (Frequency(x, _width), Frequency(y, _height)) : (Frequency(y, _height), Frequency(x, _width));
                if (other <= across / 16)
                {
                    var i = (y * _width) + x;
                    power[along] += (_re[i] * _re[i]) + (_im[i] * _im[i]);
                }
            }
        }

        return power;
    }

    /// <summary>The frequency at which power falls most.</summary>
    private static int Edge(double[] power)
    {
        var reach = Math.Max(2, power.Length / 32);
        var (edge, steepest) = (power.Length, Steep);
        // The lowest frequencies of an image fall steeply by themselves.
        for (var k = Math.Max(2 * reach, power.Length / 8); k + reach <= power.Length; k++)
        {
            var fall = power.AsSpan(k - reach, reach).ToArray().Sum() / Math.Max(double.Epsilon, power.AsSpan(k, reach).ToArray().Sum());
            if (fall > steepest)
            {
                (edge, steepest) = (k, fall);
            }
        }

        return edge;
    }

    /// <summary>The distance from frequency 0 of an index in the transform's order.</summary>
    private static int Frequency(int index, int length) => Math.Min(index, length - index);
}
