namespace Tat.Torch.Imaging;

/// <summary>Estimates the noise of an image from the image itself.</summary>
public static class NoiseEstimate
{
    /// <summary>
    /// The root of the sum of the filter's squared weights: how much larger its response to white noise is than the noise.
    /// </summary>
    private const double ResponseToNoise = 6;

    /// <summary>The median of |x| is this times the deviation of x, for normal numbers.</summary>
    private const double MedianOverDeviation = 0.6745;

    private const float BackgroundShare = 0.05f;

    /// <summary>
    /// Estimates the standard deviation of noise, by a filter that takes away planes and edges (Immerkær, Computer Vision and Image
    /// Understanding 1996) and the median of what it leaves.
    /// </summary>
    /// <remarks>
    /// Noise that is correlated from pixel to pixel, as after a reconstruction, is told too low; the estimates of images of one kind
    /// compare with each other. Pixels of the background, and those beside them, do not count: it ends at a twentieth of the way from the
    /// darkest pixel to the level.
    /// </remarks>
    /// <param name="image">The image.</param>
    /// <returns>In the unit of the image, from 0; NaN for an image with nothing to tell it from.</returns>
    public static double Measure(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var darkest = image.Pixels.Min();
        var background = darkest + (BackgroundShare * (IntensityLevel.Measure(image) - darkest));
        var responses = new List<double>();
        for (var row = 1; row < image.Height - 1; row++)
        {
            for (var column = 1; column < image.Width - 1; column++)
            {
                var (sum, least) = (0.0, float.PositiveInfinity);
                for (var i = 0; i < 9; i++)
                {
                    // 1 −2 1, −2 4 −2, 1 −2 1.
                    var value = image[row + (i / 3) - 1, column + (i % 3) - 1];
                    sum += value * (i == 4 ? 4 : i % 2 == 0 ? 1 : -2);
                    least = MathF.Min(least, value);
                }

                if (least > background)
                {
                    responses.Add(Math.Abs(sum));
                }
            }
        }

        responses.Sort();
        return responses.Count == 0 ? double.NaN : responses[responses.Count / 2] / MedianOverDeviation / ResponseToNoise;
    }
}
