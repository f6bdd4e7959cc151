using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>Gradients of the kernels of 3×3 depth-wise convolutions, on one core.</summary>
internal static unsafe class DepthWiseGradients
{
    private const int Taps = 9;

    /// <summary>Adds the contribution of some rows to the gradient of each tap: Σ gradient[p, k] · rows[p + tap, k].</summary>
    /// <param name="rows">(height + 2)×width×K: the input of the filter, from the row above the first.</param>
    /// <param name="gradient">height×width×K: the gradient of its output.</param>
    /// <param name="height">Number of rows.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="channels">K, a multiple of 8.</param>
    /// <param name="taps">K/n×9×n, n of <see cref="DepthWiseRows.LanesOf"/>.</param>
    public static void Add(float* rows, float* gradient, int height, int width, int channels, float* taps)
    {
        if (Lanes.Fit16(channels))
        {
            Add<Lanes16>(rows, gradient, height, width, channels, taps);
        }
        else
        {
            Add<Lanes8>(rows, gradient, height, width, channels, taps);
        }
    }

    /// <inheritdoc cref="Add(float*, float*, int, int, int, float*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Add<T>(float* rows, float* gradient, int height, int width, int channels, float* taps)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        nint pixel = channels, row = (nint)width * channels;
        for (nint c = 0; c < channels; c += T.Count, taps += Taps * T.Count)
        {
            var (k0, k1, k2) = (T.Load(taps), T.Load(taps + T.Count), T.Load(taps + (2 * T.Count)));
            var (k3, k4, k5) = (T.Load(taps + (3 * T.Count)), T.Load(taps + (4 * T.Count)), T.Load(taps + (5 * T.Count)));
            var (k6, k7, k8) = (T.Load(taps + (6 * T.Count)), T.Load(taps + (7 * T.Count)), T.Load(taps + (8 * T.Count)));
            for (var y = 0; y < height; y++)
            {
                // The left and the middle column stay in registers from the step before.
                float* from = rows + (y * row) + c, given = gradient + (y * row) + c;
                var (l0, l1, l2) = (T.Zero, T.Zero, T.Zero);
                var (m0, m1, m2) = (T.Load(from), T.Load(from + row), T.Load(from + (2 * row)));
                for (var x = 1; x < width; x++, given += pixel)
                {
                    from += pixel;
                    var g = T.Load(given);
                    var (r0, r1, r2) = (T.Load(from), T.Load(from + row), T.Load(from + (2 * row)));
                    k0 = T.MultiplyAdd(g, l0, k0);
                    k1 = T.MultiplyAdd(g, m0, k1);
                    k2 = T.MultiplyAdd(g, r0, k2);
                    k3 = T.MultiplyAdd(g, l1, k3);
                    k4 = T.MultiplyAdd(g, m1, k4);
                    k5 = T.MultiplyAdd(g, r1, k5);
                    k6 = T.MultiplyAdd(g, l2, k6);
                    k7 = T.MultiplyAdd(g, m2, k7);
                    k8 = T.MultiplyAdd(g, r2, k8);
                    (l0, l1, l2, m0, m1, m2) = (m0, m1, m2, r0, r1, r2);
                }

                var last = T.Load(given);
                k0 = T.MultiplyAdd(last, l0, k0);
                k1 = T.MultiplyAdd(last, m0, k1);
                k3 = T.MultiplyAdd(last, l1, k3);
                k4 = T.MultiplyAdd(last, m1, k4);
                k6 = T.MultiplyAdd(last, l2, k6);
                k7 = T.MultiplyAdd(last, m2, k7);
            }

            k0.Store(taps);
            k1.Store(taps + T.Count);
            k2.Store(taps + (2 * T.Count));
            k3.Store(taps + (3 * T.Count));
            k4.Store(taps + (4 * T.Count));
            k5.Store(taps + (5 * T.Count));
            k6.Store(taps + (6 * T.Count));
            k7.Store(taps + (7 * T.Count));
            k8.Store(taps + (8 * T.Count));
        }
    }
}
