using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Resolution;

/// <summary>The block of frequencies that an image was made from, as <see cref="KSpaceFill"/> finds it.</summary>
internal sealed class MeasuredFrequencies
{
    private readonly double[] _re;
    private readonly double[] _im;
    private readonly int _height;
    private readonly int _width;

    public MeasuredFrequencies(ImageSlice image)
    {
        (_height, _width) = (image.Height, image.Width);
        (_re, _im) = Transform(image);
        var extent = KSpaceFill.Of(image);
        (Rows, Columns) = (Edge(extent.Rows, _height), Edge(extent.Columns, _width));
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

    private static int Edge(double share, int length) => share < 1 ? (int)Math.Round(share * length / 2) : (length / 2) + 1;

    /// <summary>The distance from frequency 0 of an index in the transform's order.</summary>
    private static int Frequency(int index, int length) => Math.Min(index, length - index);
}
