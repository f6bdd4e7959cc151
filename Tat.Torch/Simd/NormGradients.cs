using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>
/// Gradients of <see cref="PixelRows.Normalize(float*, int, int, float*, float*, float*)"/> with a shift, on one core.
/// </summary>
internal static unsafe class NormGradients
{
    /// <summary>Adds the gradients of pixels, scale and shift.</summary>
    /// <param name="pixels">count×C: the input of the norm.</param>
    /// <param name="gradient">count×C: the gradient of its output.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="channels">C, a multiple of 8.</param>
    /// <param name="scale">C.</param>
    /// <param name="ofPixels">count×C.</param>
    /// <param name="ofScale">C.</param>
    /// <param name="ofShift">C.</param>
    public static void Add(float* pixels, float* gradient, int count, int channels, float* scale, float* ofPixels, float* ofScale,
        float* ofShift)
    {
        if (Lanes.Fit16(channels))
        {
            Add<Lanes16>(pixels, gradient, count, channels, scale, ofPixels, ofScale, ofShift);
        }
        else
        {
            Add<Lanes8>(pixels, gradient, count, channels, scale, ofPixels, ofScale, ofShift);
        }
    }

    /// <inheritdoc cref="Add(float*, float*, int, int, float*, float*, float*, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Add<T>(
        float* pixels, float* gradient, int count, int channels, float* scale, float* ofPixels, float* ofScale, float* ofShift)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        var share = 1f / channels;
        for (var p = 0; p < count; p++, pixels += channels, gradient += channels, ofPixels += channels)
        {
            var sum = T.Zero;
            for (var c = 0; c < channels; c += T.Count)
            {
                sum += T.Load(pixels + c);
            }

            var mean = T.Broadcast(T.Sum(sum) * share);
            var (squares, sums, products) = (T.Zero, T.Zero, T.Zero);
            for (var c = 0; c < channels; c += T.Count)
            {
                var (difference, scaled) = (T.Load(pixels + c) - mean, T.Load(gradient + c) * T.Load(scale + c));
                squares = T.MultiplyAdd(difference, difference, squares);
                sums += scaled;
                products = T.MultiplyAdd(scaled, difference, products);
            }

            var factor = (float)(1 / Math.Sqrt((T.Sum(squares) * share) + PixelRows.NormEpsilon));
            var (factors, common) = (T.Broadcast(factor), T.Broadcast(T.Sum(sums) * share));
            var slope = T.Broadcast(T.Sum(products) * share * factor * factor);
            for (var c = 0; c < channels; c += T.Count)
            {
                var (difference, given) = (T.Load(pixels + c) - mean, T.Load(gradient + c));
                var rest = (given * T.Load(scale + c)) - common - (difference * slope);
                T.MultiplyAdd(rest, factors, T.Load(ofPixels + c)).Store(ofPixels + c);
                T.MultiplyAdd(given, difference * factors, T.Load(ofScale + c)).Store(ofScale + c);
                (T.Load(ofShift + c) + given).Store(ofShift + c);
            }
        }
    }
}
