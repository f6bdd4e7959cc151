using System.Numerics;
using System.Runtime.InteropServices;

namespace Tat.Torch.Metrics;

/// <summary>The mean SSIM of two images (Wang et al., IEEE TIP 2004), as a separable Gaussian filter over one row at a time.</summary>
internal static class StructuralSimilarity
{
    private const int Radius = 5;
    private const double Sigma = 1.5;

    /// <summary>Local moments per pixel: means of x and y, of their squares and of their product.</summary>
    private const int Moments = 5;

    private static readonly double[] _weights = GaussianWeights();

    /// <summary>Mean SSIM over all pixels; outside the images lies zero.</summary>
    public static double Mean(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int height, int width, double range)
    {
        var stride = width + (2 * Radius);
        var columns = new double[Moments * stride];
        var rows = new double[Moments * width];
        var (c1, c2) = (0.01 * range * (0.01 * range), 0.03 * range * (0.03 * range));
        var sum = 0.0;
        for (var row = 0; row < height; row++)
        {
            FilterColumns(x, y, row, height, width, columns, stride);
            for (var moment = 0; moment < Moments; moment++)
            {
                FilterRow(columns.AsSpan(moment * stride, stride), rows.AsSpan(moment * width, width));
            }

            sum += SumOverRow(rows, width, c1, c2);
        }

        return sum / ((double)height * width);
    }

    /// <summary>
    /// Weighs the eleven rows around <paramref name="row"/>; <paramref name="columns"/> (moments × stride) keeps a zero margin of the
    /// radius at both ends of each line.
    /// </summary>
    private static void FilterColumns(
        ReadOnlySpan<double> x, ReadOnlySpan<double> y, int row, int height, int width, double[] columns, int stride)
    {
        Array.Clear(columns);
        var meanX = columns.AsSpan(Radius, width);
        var meanY = columns.AsSpan(stride + Radius, width);
        var squareX = columns.AsSpan((2 * stride) + Radius, width);
        var squareY = columns.AsSpan((3 * stride) + Radius, width);
        var product = columns.AsSpan((4 * stride) + Radius, width);
        for (var source = Math.Max(0, row - Radius); source <= Math.Min(height - 1, row + Radius); source++)
        {
            var weight = _weights[source - row + Radius];
            var lineX = x.Slice(source * width, width);
            var lineY = y.Slice(source * width, width);
            var i = 0;
            for (; i <= width - Vector<double>.Count; i += Vector<double>.Count)
            {
                var a = new Vector<double>(lineX[i..]);
                var b = new Vector<double>(lineY[i..]);
                var (weightedA, weightedB) = (a * weight, b * weight);
                Add(meanX, i, weightedA);
                Add(meanY, i, weightedB);
                Add(squareX, i, weightedA * a);
                Add(squareY, i, weightedB * b);
                Add(product, i, weightedA * b);
            }

            for (; i < width; i++)
            {
                var (a, b) = (lineX[i], lineY[i]);
                meanX[i] += weight * a;
                meanY[i] += weight * b;
                squareX[i] += weight * a * a;
                squareY[i] += weight * b * b;
                product[i] += weight * a * b;
            }
        }
    }

    private static void Add(Span<double> target, int index, Vector<double> value)
    {
        ref var slot = ref MemoryMarshal.GetReference(
            MemoryMarshal.Cast<double, Vector<double>>(target.Slice(index, Vector<double>.Count)));
        slot += value;
    }

    private static void FilterRow(ReadOnlySpan<double> padded, Span<double> filtered)
    {
        var i = 0;
        for (; i <= filtered.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var sum = Vector<double>.Zero;
            for (var tap = 0; tap < _weights.Length; tap++)
            {
                sum += new Vector<double>(padded[(i + tap)..]) * _weights[tap];
            }

            sum.CopyTo(filtered[i..]);
        }

        for (; i < filtered.Length; i++)
        {
            var sum = 0.0;
            for (var tap = 0; tap < _weights.Length; tap++)
            {
                sum += padded[i + tap] * _weights[tap];
            }

            filtered[i] = sum;
        }
    }

    private static double SumOverRow(ReadOnlySpan<double> moments, int width, double c1, double c2)
    {
        var sum = 0.0;
        for (var i = 0; i < width; i++)
        {
            var (meanX, meanY) = (moments[i], moments[width + i]);
            var varianceX = moments[(2 * width) + i] - (meanX * meanX);
            var varianceY = moments[(3 * width) + i] - (meanY * meanY);
            var covariance = moments[(4 * width) + i] - (meanX * meanY);
            sum += ((2 * meanX * meanY) + c1) * ((2 * covariance) + c2)
                / (((meanX * meanX) + (meanY * meanY) + c1) * (varianceX + varianceY + c2));
        }

        return sum;
    }

    private static double[] GaussianWeights()
    {
        var weights = new double[(2 * Radius) + 1];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp(-Math.Pow(i - Radius, 2) / (2 * Sigma * Sigma));
        }

        var total = weights.Sum();
        return [.. weights.Select(weight => weight / total)];
    }
}
