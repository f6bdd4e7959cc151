using Tat.Torch.Numerics;

namespace Tat.Torch.Imaging;

/// <summary>
/// Measures how far the k-space of images is filled: scanners interpolate by zeros around what they measured, and beyond its edge the power
/// falls steeply.
/// </summary>
public static class KSpaceFill
{
    /// <summary>
    /// A fall of power by less than this factor, from one side of a frequency to the other, is that of any image. Images as they are
    /// measured stay below 10.
    /// </summary>
    private const double Steep = 11;

    /// <summary>The lowest frequencies of an image fall steeply by themselves: what is filled is not looked for below this share.</summary>
    private const double Smallest = 1 / 16.0;

    /// <summary>Nor below this frequency, where one frequency is many times the next but one: it matters to small images.</summary>
    private const int Lowest = 5;

    /// <summary>Beyond this share, an edge cannot be told from the filters of scanners.</summary>
    private const double Largest = 0.9;

    /// <summary>How far k-space of an image's volume is filled; where that is unknown, the image's own is measured.</summary>
    /// <param name="image">The image; its values are finite.</param>
    public static KSpaceExtent Of(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.VolumeExtent ?? Measure(image);
    }

    /// <summary>Measures how far k-space is filled.</summary>
    /// <param name="slices">Slices of one volume; those that are not of the first one's size, and those with values that are not finite, do
    /// not count.</param>
    /// <returns>The shares that are filled; 1 where there is no edge.</returns>
    public static KSpaceExtent Measure(params IEnumerable<ImageSlice> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        var (rows, columns) = (Array.Empty<double>(), Array.Empty<double>());
        foreach (var slice in slices)
        {
            if (rows.Length == 0)
            {
                (rows, columns) = (new double[slice.Height], new double[slice.Width]);
            }

            if ((slice.Height, slice.Width) == (rows.Length, columns.Length) && FiniteValues.AllIn(slice))
            {
                AddPower(rows, slice.Width, (y, x) => slice[y, x]);
                AddPower(columns, slice.Height, (x, y) => slice[y, x]);
            }
        }

        return new(Share(rows), Share(columns));
    }

    /// <summary>Adds the power of all lines along an axis, by frequency.</summary>
    private static void AddPower(double[] power, int lines, Func<int, int, float> value)
    {
        var transform = new FourierTransform(power.Length);
        var (re, im) = (new double[power.Length], new double[power.Length]);
        for (var line = 0; line < lines; line++)
        {
            Array.Clear(im);
            for (var i = 0; i < re.Length; i++)
            {
                re[i] = value(i, line);
            }

            transform.Forward(re, im);
            for (var i = 0; i < re.Length; i++)
            {
                power[i] += (re[i] * re[i]) + (im[i] * im[i]);
            }
        }
    }

    /// <summary>The share of frequencies below that at which power falls most, 1 if it falls nowhere steeply.</summary>
    private static double Share(double[] power)
    {
        var half = power.Length / 2;
        double[] logarithms = [.. Enumerable.Range(0, half)
            .Select(k => Math.Log(power[k] + power[(power.Length - k) % power.Length] + double.Epsilon))];
        var reach = Math.Max(2, half / 16);
        var (edge, steepest) = (0, Math.Log(Steep));
        for (var k = Math.Max(Lowest, (int)(Smallest * power.Length)); k + reach < half && k <= Largest * half; k++)
        {
            // The frequency between the two sides may be filled by half: of an even number of samples one has no counterpart.
            var fall = logarithms[(k - reach)..k].Average() - logarithms[(k + 1)..(k + 1 + reach)].Average();
            if (fall > steepest)
            {
                (edge, steepest) = (k, fall);
            }
        }

        return edge == 0 ? 1 : edge / (double)half;
    }
}
