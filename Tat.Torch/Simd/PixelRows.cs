using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>Norms, squares and sums of pixels with channels last, on one core, without allocating.</summary>
internal static unsafe class PixelRows
{
    public const double NormEpsilon = 1e-5;

    /// <summary>Adds the squares of each channel: sums[c] += Σ pixels[p, c]²; the channels are a multiple of 8.</summary>
    public static void AddSquares(float* pixels, nint pixel, int count, int channels, float* sums)
    {
        if (Lanes.Fit16(channels))
        {
            AddSquares<Lanes16>(pixels, pixel, count, channels, sums);
        }
        else
        {
            AddSquares<Lanes8>(pixels, pixel, count, channels, sums);
        }
    }

    /// <inheritdoc cref="AddSquares(float*, nint, int, int, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void AddSquares<T>(float* pixels, nint pixel, int count, int channels, float* sums)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        for (var p = 0; p < count; p++, pixels += pixel)
        {
            for (var c = 0; c < channels; c += T.Count)
            {
                var value = T.Load(pixels + c);
                T.MultiplyAdd(value, value, T.Load(sums + c)).Store(sums + c);
            }
        }
    }

    /// <summary>target = a + b; count is a multiple of 8.</summary>
    public static void Add(float* a, float* b, float* target, nint count)
    {
        if (Lanes.Fit16(count))
        {
            Add<Lanes16>(a, b, target, count);
        }
        else
        {
            Add<Lanes8>(a, b, target, count);
        }
    }

    /// <inheritdoc cref="Add(float*, float*, float*, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Add<T>(float* a, float* b, float* target, nint count)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(count);
        for (nint i = 0; i < count; i += T.Count)
        {
            (T.Load(a + i) + T.Load(b + i)).Store(target + i);
        }
    }

    /// <summary>Normalises the channels of each pixel.</summary>
    /// <param name="pixels">count×C.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="channels">C, a multiple of 8.</param>
    /// <param name="scale">C.</param>
    /// <param name="shift">C, or none: then the mean is not subtracted either.</param>
    /// <param name="target">count×C.</param>
    public static void Normalize(float* pixels, int count, int channels, float* scale, float* shift, float* target)
    {
        if (Lanes.Fit16(channels))
        {
            Normalize<Lanes16>(pixels, count, channels, scale, shift, target);
        }
        else
        {
            Normalize<Lanes8>(pixels, count, channels, scale, shift, target);
        }
    }

    /// <inheritdoc cref="Normalize(float*, int, int, float*, float*, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Normalize<T>(float* pixels, int count, int channels, float* scale, float* shift, float* target)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        for (var p = 0; p < count; p++, pixels += channels, target += channels)
        {
            var sum = T.Zero;
            for (var c = 0; c < channels; c += T.Count)
            {
                sum += T.Load(pixels + c);
            }

            var mean = T.Broadcast(T.Sum(sum) / channels);
            var squares = T.Zero;
            for (var c = 0; c < channels; c += T.Count)
            {
                var difference = T.Load(pixels + c) - mean;
                squares = T.MultiplyAdd(difference, difference, squares);
            }

            var factor = T.Broadcast((float)(1 / Math.Sqrt((T.Sum(squares) / channels) + NormEpsilon)));
            for (var c = 0; c < channels; c += T.Count)
            {
                var (value, weight) = (T.Load(pixels + c), T.Load(scale + c) * factor);
                (shift == null ? value * weight : T.MultiplyAdd(value - mean, weight, T.Load(shift + c))).Store(target + c);
            }
        }
    }
}
