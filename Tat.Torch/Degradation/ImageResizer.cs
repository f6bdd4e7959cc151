using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Degradation;

/// <summary>Images with pixels of another size.</summary>
internal static class ImageResizer
{
    /// <summary>Resamples by cubic convolution (Keys, IEEE TASSP 1981), after smoothing where pixels become larger.</summary>
    /// <param name="image">The image.</param>
    /// <param name="scale">The new pixel size in relation to the old one.</param>
    /// <param name="lowest">Values below are padding and not mixed with others.</param>
    public static ImageSlice Resize(ImageSlice image, double scale, float lowest)
    {
        var (height, width) = (Math.Max(8, (int)Math.Round(image.Height / scale)), Math.Max(8, (int)Math.Round(image.Width / scale)));
        if ((height, width) == (image.Height, image.Width))
        {
            return image;
        }

        var source = scale > 1 ? Smooth(image, 0.5 * Math.Sqrt((scale * scale) - 1), lowest) : image;
        var (rows, columns) = (Taps(image.Height, height), Taps(image.Width, width));
        var pixels = new float[height * width];
        for (var row = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++)
            {
                pixels[(row * width) + column] = Sample(source, rows[row], columns[column], lowest);
            }
        }

        return new(pixels, height, width);
    }

    /// <summary>Blurs by a Gaussian that repeats the edge, and leaves padding as it is.</summary>
    /// <param name="image">The image.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    /// <param name="lowest">Values below are padding, which counts as this value for its neighbours.</param>
    public static ImageSlice Smooth(ImageSlice image, double sigma, float lowest)
    {
        var raised = new float[image.Pixels.Length];
        for (var i = 0; i < raised.Length; i++)
        {
            raised[i] = Math.Max(lowest, image.Pixels[i]) - lowest;
        }

        var ones = new float[raised.Length];
        Array.Fill(ones, 1);
        var (sums, weights) = (GaussianFilter.Blur(raised, image.Height, image.Width, sigma),
            GaussianFilter.Blur(ones, image.Height, image.Width, sigma));
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = image.Pixels[i] < lowest ? image.Pixels[i] : (sums[i] / weights[i]) + lowest;
        }

        return new(sums, image.Height, image.Width);
    }

    private static float Sample(ImageSlice image, (int First, float[] Weights) rows, (int First, float[] Weights) columns, float lowest)
    {
        var nearest = image[Inside(rows.First + (rows.Weights[1] >= rows.Weights[2] ? 1 : 2), image.Height),
            Inside(columns.First + (columns.Weights[1] >= columns.Weights[2] ? 1 : 2), image.Width)];
        if (nearest < lowest)
        {
            return nearest;
        }

        var sum = 0f;
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                sum += rows.Weights[i] * columns.Weights[j] * Math.Max(
                    lowest, image[Inside(rows.First + i, image.Height), Inside(columns.First + j, image.Width)]);
            }
        }

        return Math.Max(lowest, sum);
    }

    /// <summary>For each new position the first of four old ones, and their weights; both axes have the same ends.</summary>
    private static (int First, float[] Weights)[] Taps(int from, int to) =>
    [
        .. Enumerable.Range(0, to).Select(i =>
        {
            var position = ((i + 0.5) * from / to) - 0.5;
            var first = (int)Math.Floor(position) - 1;
            return (first, Enumerable.Range(0, 4).Select(tap => Keys(position - (first + tap))).ToArray());
        }),
    ];

    private static float Keys(double distance)
    {
        var x = Math.Abs(distance);
        return (float)(x < 1 ? (((1.5 * x) - 2.5) * x * x) + 1 : x < 2 ? (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2 : 0);
    }

    private static int Inside(int position, int length) => Math.Clamp(position, 0, length - 1);
}
