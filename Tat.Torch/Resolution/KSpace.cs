using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Resolution;

/// <summary>What a scanner does with the k-space of an image: keeps its centre, and fills what is missing with zeros.</summary>
internal static class KSpace
{
    /// <summary>
    /// The magnitude of an image of which a block of k-space around the DC sample is kept, on a grid of another size or the same.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="keptRows">Rows of the block, at most those of image and grid.</param>
    /// <param name="keptColumns">Its columns, likewise.</param>
    /// <param name="height">Rows of the grid; intensities stay as they are.</param>
    /// <param name="width">Columns of the grid.</param>
    public static ImageSlice Resample(ImageSlice image, int keptRows, int keptColumns, int height, int width) =>
        Transform(image, keptRows, keptColumns, height, width, (re, im) => Math.Sqrt((re * re) + (im * im)));

    /// <summary>
    /// An image on another grid, with all frequencies that both grids have: values keep their sign, and going to a finer grid and back
    /// changes nothing.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="height">Rows of the grid; intensities stay as they are.</param>
    /// <param name="width">Columns of the grid.</param>
    public static ImageSlice Interpolate(ImageSlice image, int height, int width) =>
        Transform(image, Math.Min(height, image.Height), Math.Min(width, image.Width), height, width, (re, _) => re);

    private static ImageSlice Transform(
        ImageSlice image, int keptRows, int keptColumns, int height, int width, Func<double, double, double> value)
    {
        var columns = Enumerable.Range(-(keptColumns / 2), keptColumns).ToArray();

        // Only the kept columns of the row spectra go on: two thirds of the work of a plain 2-D transform fall away.
        var (re, im) = TransformRows(image, columns);
        (re, im) = CropColumns(re, im, columns.Length, image.Height, keptRows, height);
        var scale = (double)height * width / ((double)image.Height * image.Width);
        return new(RestoreRows(re, im, columns, height, width, (a, b) => (float)(scale * value(a, b))), height, width);
    }

    /// <summary>The kept frequencies of each row as columns: [k, row], kept × height.</summary>
    private static (double[] Re, double[] Im) TransformRows(ImageSlice image, int[] kept)
    {
        var (spectraRe, spectraIm) = (new double[kept.Length * image.Height], new double[kept.Length * image.Height]);
        var transform = new FourierTransform(image.Width);
        var (re, im) = (new double[image.Width], new double[image.Width]);
        for (var row = 0; row < image.Height; row++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                re[column] = image[row, column];
            }

            Array.Clear(im);
            transform.Forward(re, im);
            for (var k = 0; k < kept.Length; k++)
            {
                var frequency = Wrap(kept[k], image.Width);
                spectraRe[(k * image.Height) + row] = re[frequency];
                spectraIm[(k * image.Height) + row] = im[frequency];
            }
        }

        return (spectraRe, spectraIm);
    }

    /// <summary>
    /// Takes each column to its frequencies, keeps the centred ones and comes back with <paramref name="height"/> samples.
    /// </summary>
    private static (double[] Re, double[] Im) CropColumns(
        double[] spectraRe, double[] spectraIm, int columns, int length, int kept, int height)
    {
        var (resultRe, resultIm) = (new double[columns * height], new double[columns * height]);
        var forward = new FourierTransform(length);
        var inverse = height == length ? forward : new FourierTransform(height);
        for (var column = 0; column < columns; column++)
        {
            var fromRe = spectraRe.AsSpan(column * length, length);
            var fromIm = spectraIm.AsSpan(column * length, length);
            var toRe = resultRe.AsSpan(column * height, height);
            var toIm = resultIm.AsSpan(column * height, height);
            forward.Forward(fromRe, fromIm);
            for (var k = -(kept / 2); k < kept - (kept / 2); k++)
            {
                toRe[Wrap(k, height)] = fromRe[Wrap(k, length)];
                toIm[Wrap(k, height)] = fromIm[Wrap(k, length)];
            }

            inverse.Inverse(toRe, toIm);
        }

        return (resultRe, resultIm);
    }

    private static float[] RestoreRows(
        double[] spectraRe, double[] spectraIm, int[] kept, int height, int width, Func<double, double, float> value)
    {
        var pixels = new float[height * width];
        var transform = new FourierTransform(width);
        var (re, im) = (new double[width], new double[width]);
        for (var row = 0; row < height; row++)
        {
            Array.Clear(re);
            Array.Clear(im);
            for (var k = 0; k < kept.Length; k++)
            {
                re[Wrap(kept[k], width)] = spectraRe[(k * height) + row];
                im[Wrap(kept[k], width)] = spectraIm[(k * height) + row];
            }

            transform.Inverse(re, im);
            for (var column = 0; column < width; column++)
            {
                pixels[(row * width) + column] = value(re[column], im[column]);
            }
        }

        return pixels;
    }

    /// <summary>Where the transform keeps a frequency: DC first, negative ones at the end.</summary>
    private static int Wrap(int frequency, int length) => (frequency + length) % length;
}
