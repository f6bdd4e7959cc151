using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Tasks;

namespace Tat.Torch.Metrics;

/// <summary>
/// What PSNR does not show about an image: whether its values are right on average and at their peaks, how its noise looks, and how sharp
/// its
/// edges are.
/// </summary>
/// <remarks>
/// Measured inside the body: where the reference lies strictly inside the window and above a twentieth of its height above it. Each value
/// is NaN where an image has nothing to measure it in. Noise is taken in the flattest quarter of blocks of 16 × 16 pixels, after a plane
/// has been taken off each; the same blocks, chosen in the reference, serve all images that are compared with it.
/// </remarks>
/// <param name="Bias">Mean of image − reference, in the images' unit.</param>
/// <param name="PeakBias">Mean error of the maximum in the (up to five) hottest regions of the reference, 7 × 7 pixels each, as a share of
/// its height above the window: for PET that of SUVmax.</param>
/// <param name="Noise">Standard deviation in flat blocks, in the images' unit.</param>
/// <param name="NoiseFrequency">Mean frequency of the noise power spectrum there, in cycles per pixel: lower than the reference's is a look
/// of plastic.</param>
/// <param name="EdgeSharpness">Slope of the image's gradient over the reference's at the steepest twentieth of its edges: 1 is as sharp,
/// less is blurred.</param>
public readonly record struct ImageFidelity(double Bias, double PeakBias, double Noise, double NoiseFrequency, double EdgeSharpness)
{
    private const int Block = 16;
    private const int PeakRadius = 3;
    private const int Peaks = 5;

    /// <summary>A region is hot from this share of the highest peak on.</summary>
    private const double HotShare = 0.5;

    /// <summary>Compares an image with its reference.</summary>
    /// <param name="image">The image to judge; give the reference itself to learn of its noise.</param>
    /// <param name="reference">The image that it should equal, of the same size and unit; all values are finite.</param>
    /// <param name="window">The intensities to which both are clipped first, such as <see cref="RestorationTask.MetricWindow"/>;
    /// <see langword="null"/> to clip nothing.</param>
    /// <exception cref="ArgumentException">The images differ in size.</exception>
    public static ImageFidelity Measure(ImageSlice image, ImageSlice reference, IntensityRange? window = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(reference);
        if (image.Height != reference.Height || image.Width != reference.Width)
        {
            throw new ArgumentException(
                $"The image is {image.Height} × {image.Width} and its reference {reference.Height} × {reference.Width}; only images of the "
                + "same size can be compared.", nameof(image));
        }

        var (minimum, maximum) = window is null ? (reference.Pixels.Min(), float.PositiveInfinity) : (window.Minimum, window.Maximum);
        var (x, y) = (Clip(image, minimum, maximum), Clip(reference, minimum, maximum));
        var threshold = minimum + ((y.Pixels.Max() - minimum) / 20);
        bool[] body = [.. y.Pixels.Select(value => value > threshold && value < maximum)];
        var (noise, frequency) = NoiseOf(x, FlatBlocks(y, body));
        return new(BiasOf(x, y, body), PeakBiasOf(x, y, body, minimum), noise, frequency, SharpnessOf(x, y, body));
    }

    private static ImageSlice Clip(ImageSlice image, float minimum, float maximum) =>
        new([.. image.Pixels.Select(value => Math.Clamp(value, minimum, maximum))], image.Height, image.Width);

    private static double BiasOf(ImageSlice x, ImageSlice y, bool[] body)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i])
            {
                sum += (double)x.Pixels[i] - y.Pixels[i];
                count++;
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }

    private static double PeakBiasOf(ImageSlice x, ImageSlice y, bool[] body, float floor)
    {
        var peaks = new List<(int Row, int Column, float Height)>();
        for (var row = PeakRadius; row < y.Height - PeakRadius; row++)
        {
            for (var column = PeakRadius; column < y.Width - PeakRadius; column++)
            {
                if (body[(row * y.Width) + column] && y[row, column] == MaximumAround(y, row, column))
                {
                    peaks.Add((row, column, y[row, column] - floor));
                }
            }
        }

        var hottest = peaks.OrderByDescending(peak => peak.Height).Take(Peaks).ToList();
        return hottest.Count == 0
            ? double.NaN
            : hottest.Where(peak => peak.Height >= HotShare * hottest[0].Height)
                .Average(peak => ((MaximumAround(x, peak.Row, peak.Column) - floor) / (double)peak.Height) - 1);
    }

    private static float MaximumAround(ImageSlice image, int row, int column)
    {
        var maximum = float.NegativeInfinity;
        for (var y = row - PeakRadius; y <= row + PeakRadius; y++)
        {
            for (var x = column - PeakRadius; x <= column + PeakRadius; x++)
            {
                maximum = Math.Max(maximum, image[y, x]);
            }
        }

        return maximum;
    }

    /// <summary>Corners of the blocks inside the body in which the smoothed reference varies least.</summary>
    private static List<(int Row, int Column)> FlatBlocks(ImageSlice y, bool[] body)
    {
        const double Smoothing = 2;
        var smooth = new ImageSlice(GaussianFilter.Blur(y.Pixels, y.Height, y.Width, Smoothing), y.Height, y.Width);
        var blocks = new List<(int Row, int Column, double Structure)>();
        for (var row = 0; row + Block <= y.Height; row += Block / 2)
        {
            for (var column = 0; column + Block <= y.Width; column += Block / 2)
            {
                if (IsInside(body, y.Width, row, column))
                {
                    blocks.Add((row, column, Deviation(Detrended(smooth, row, column))));
                }
            }
        }

        return [.. blocks.OrderBy(block => block.Structure).Take((blocks.Count + 3) / 4).Select(block => (block.Row, block.Column))];
    }

    private static bool IsInside(bool[] body, int width, int row, int column)
    {
        for (var y = row; y < row + Block; y++)
        {
            if (body.AsSpan((y * width) + column, Block).Contains(false))
            {
                return false;
            }
        }

        return true;
    }

    private static (double Deviation, double Frequency) NoiseOf(ImageSlice x, List<(int Row, int Column)> blocks)
    {
        var (power, moment) = (0.0, 0.0);
        foreach (var (row, column) in blocks)
        {
            var re = Detrended(x, row, column);
            var im = new double[re.Length];
            PlaneTransform.Forward(re, im, Block, Block);
            for (var i = 0; i < re.Length; i++)
            {
                var (v, u) = (Math.Min(i / Block, Block - (i / Block)), Math.Min(i % Block, Block - (i % Block)));
                var part = (re[i] * re[i]) + (im[i] * im[i]);
                power += part;
                moment += part * Math.Sqrt((u * u) + (v * v)) / Block;
            }
        }

        // Parseval: the power of a spectrum is the number of pixels times that of the pixels.
        return blocks.Count == 0
            ? (double.NaN, double.NaN)
            : (Math.Sqrt(power / blocks.Count) / (Block * Block), power > 0 ? moment / power : double.NaN);
    }

    /// <summary>A block less the plane that fits it best.</summary>
    private static double[] Detrended(ImageSlice image, int row, int column)
    {
        const double Centre = (Block - 1) / 2.0;

        // Σ over a block of (x − centre)².
        const double Inertia = Block * Block * ((Block * Block) - 1) / 12.0;
        var (mean, slopeY, slopeX) = (0.0, 0.0, 0.0);
        for (var i = 0; i < Block * Block; i++)
        {
            var (y, x) = (i / Block, i % Block);
            var value = (double)image[row + y, column + x];
            mean += value / (Block * Block);
            slopeY += value * (y - Centre) / Inertia;
            slopeX += value * (x - Centre) / Inertia;
        }

        return [.. Enumerable.Range(0, Block * Block)
            .Select(i => image[row + (i / Block), column + (i % Block)] - mean - (slopeY * ((i / Block) - Centre))
                - (slopeX * ((i % Block) - Centre)))];
    }

    private static double Deviation(double[] values) => Math.Sqrt(values.Average(value => value * value));

    private static double SharpnessOf(ImageSlice x, ImageSlice y, bool[] body)
    {
        const double SteepShare = 0.05;
        var edges = new List<(double Square, double Product)>();
        for (var row = 1; row < y.Height - 1; row++)
        {
            for (var column = 1; column < y.Width - 1; column++)
            {
                if (body[(row * y.Width) + column])
                {
                    var (referenceDown, referenceRight) = Gradient(y, row, column);
                    var (down, right) = Gradient(x, row, column);
                    edges.Add(((referenceDown * referenceDown) + (referenceRight * referenceRight),
                        (referenceDown * down) + (referenceRight * right)));
                }
            }
        }

        var steep = edges.OrderByDescending(edge => edge.Square).Take((int)Math.Ceiling(SteepShare * edges.Count)).ToList();
        var square = steep.Sum(edge => edge.Square);
        return square > 0 ? steep.Sum(edge => edge.Product) / square : double.NaN;
    }

    /// <summary>Sobel's gradient.</summary>
    private static (double Down, double Right) Gradient(ImageSlice image, int row, int column)
    {
        double At(int y, int x) => image[row + y, column + x];
        return (
            At(1, -1) + (2 * At(1, 0)) + At(1, 1) - At(-1, -1) - (2 * At(-1, 0)) - At(-1, 1),
            At(-1, 1) + (2 * At(0, 1)) + At(1, 1) - At(-1, -1) - (2 * At(0, -1)) - At(1, -1));
    }
}
