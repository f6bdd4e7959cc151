using System.Numerics;

namespace Tat.Torch.Numerics;

/// <summary>A separable Gaussian blur; outside the image lies zero.</summary>
internal static class GaussianFilter
{
    /// <summary>Full width at half maximum of a Gaussian over its standard deviation: 2·√(2·ln 2).</summary>
    public const double WidthPerSigma = 2.354820045;

    /// <summary>Blurs with a standard deviation in pixels; 0 copies.</summary>
    public static float[] Blur(ReadOnlySpan<float> pixels, int height, int width, double sigma)
    {
        if (sigma <= 0)
        {
            return pixels.ToArray();
        }

        var weights = Weights(sigma);
        var radius = weights.Length / 2;
        var (rows, result) = (new float[pixels.Length], new float[pixels.Length]);
        for (var row = 0; row < height; row++)
        {
            for (var tap = Math.Max(-radius, -row); tap <= Math.Min(radius, height - 1 - row); tap++)
            {
                AddScaled(rows.AsSpan(row * width, width), pixels.Slice((row + tap) * width, width), weights[tap + radius]);
            }

            for (var tap = Math.Max(-radius, 1 - width); tap <= Math.Min(radius, width - 1); tap++)
            {
                var (first, count) = (Math.Max(0, -tap), width - Math.Abs(tap));
                AddScaled(result.AsSpan((row * width) + first, count), rows.AsSpan((row * width) + first + tap, count),
                    weights[tap + radius]);
            }
        }

        return result;
    }

    private static void AddScaled(Span<float> target, ReadOnlySpan<float> source, float weight)
    {
        // The same sums as one by one: a product and a sum, each rounded.
        var i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(target[i..]) + (new Vector<float>(source[i..]) * weight)).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] += weight * source[i];
        }
    }

    private static float[] Weights(double sigma)
    {
        var radius = (int)Math.Ceiling(4 * sigma);
        double[] weights = [.. Enumerable.Range(-radius, (2 * radius) + 1).Select(i => Math.Exp(-i * i / (2 * sigma * sigma)))];
        var total = weights.Sum();
        return [.. weights.Select(weight => (float)(weight / total))];
    }
}
