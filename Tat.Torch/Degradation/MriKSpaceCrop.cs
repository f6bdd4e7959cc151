using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>A low-resolution MR image: only the centre of k-space is kept, the rest is filled with zeros.</summary>
/// <remarks>
/// LQ = |IFFT2(crop(FFT2(x)))| on the grid of x, with Gibbs ringing at edges as in a short acquisition. The kept block has ⌊H/f⌋ × ⌊W/f⌋ samples (at least one) around
/// the DC sample, as in the data of the paper (MICCAI 2025, arXiv 2512.14550; IXI T2, f = 4). There is nothing random: the seed and the pixel size are not used.
/// </remarks>
public sealed class MriKSpaceCrop : IDegradation
{
    /// <inheritdoc/>
    public RestorationTask Task => RestorationTask.Mri;

    /// <summary>The factor f per axis by which resolution is reduced.</summary>
    /// <value>4, as published; at least 1, which changes nothing but signs.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 or not finite.</exception>
    public double Factor
    {
        get;
        init => field = value >= 1 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), $"A k-space crop factor of {value} is impossible; give a number of at least 1.");
    } = 4;

    /// <inheritdoc/>
    public ImagePair Degrade(ImageSlice image, double pixelSpacing, ulong seed, string name)
    {
        DegradationInput.Check(image, pixelSpacing);
        return new(Degrade(image), image, name);
    }

    /// <summary>Degrades an image.</summary>
    /// <param name="image">The full-resolution magnitude image.</param>
    /// <returns>The low-resolution image on the same grid.</returns>
    /// <exception cref="ArgumentException">A pixel is NaN or infinite.</exception>
    public ImageSlice Degrade(ImageSlice image)
    {
        DegradationInput.Check(image, 1);
        var (height, width) = (image.Height, image.Width);
        var keptRows = KeptFrequencies(height);
        var keptColumns = KeptFrequencies(width);
        var (rowTransform, columnTransform) = (new FourierTransform(width), new FourierTransform(height));

        // Only the kept columns of the row spectra go on: two thirds of the work of a plain 2-D transform fall away.
        var (spectraRe, spectraIm) = (new double[keptColumns.Length * height], new double[keptColumns.Length * height]);
        TransformRows(image, rowTransform, keptColumns, spectraRe, spectraIm);
        CropColumns(columnTransform, height, keptRows, spectraRe, spectraIm);
        return new(RestoreRows(rowTransform, height, width, keptColumns, spectraRe, spectraIm), height, width);
    }

    /// <summary>Indices of the centred block, in the transform's own order (DC first).</summary>
    private int[] KeptFrequencies(int length)
    {
        var kept = Math.Max(1, (int)(length / Factor));
        return [.. Enumerable.Range(0, kept).Select(i => (i - (kept / 2) + length) % length)];
    }

    /// <summary>Writes the kept frequencies of each row as columns: <paramref name="spectraRe"/>[k, row], kept × height.</summary>
    private static void TransformRows(ImageSlice image, FourierTransform transform, int[] kept, double[] spectraRe, double[] spectraIm)
    {
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
                spectraRe[(k * image.Height) + row] = re[kept[k]];
                spectraIm[(k * image.Height) + row] = im[kept[k]];
            }
        }
    }

    /// <summary>Takes each column to its frequencies, keeps the centred ones and comes back.</summary>
    private static void CropColumns(FourierTransform transform, int height, int[] kept, double[] spectraRe, double[] spectraIm)
    {
        var isKept = new bool[height];
        foreach (var frequency in kept)
        {
            isKept[frequency] = true;
        }

        for (var start = 0; start < spectraRe.Length; start += height)
        {
            var re = spectraRe.AsSpan(start, height);
            var im = spectraIm.AsSpan(start, height);
            transform.Forward(re, im);
            for (var frequency = 0; frequency < height; frequency++)
            {
                if (!isKept[frequency])
                {
                    re[frequency] = im[frequency] = 0;
                }
            }

            transform.Inverse(re, im);
        }
    }

    private static float[] RestoreRows(FourierTransform transform, int height, int width, int[] kept, double[] spectraRe, double[] spectraIm)
    {
        var pixels = new float[height * width];
        var (re, im) = (new double[width], new double[width]);
        for (var row = 0; row < height; row++)
        {
            Array.Clear(re);
            Array.Clear(im);
            for (var k = 0; k < kept.Length; k++)
            {
                re[kept[k]] = spectraRe[(k * height) + row];
                im[kept[k]] = spectraIm[(k * height) + row];
            }

            transform.Inverse(re, im);
            for (var column = 0; column < width; column++)
            {
                pixels[(row * width) + column] = (float)Math.Sqrt((re[column] * re[column]) + (im[column] * im[column]));
            }
        }

        return pixels;
    }
}
