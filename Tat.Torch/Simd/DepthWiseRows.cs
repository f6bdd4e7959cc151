using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tat.Torch.Simd;

/// <summary>3×3 depth-wise convolutions of rows of pixels with channels last, on one core, alone or fused: gelu(first) · second.</summary>
/// <remarks>
/// Fused, they read a layer's hidden features once between the matrix products before and after; separate operators would read and write
/// them five times.
/// </remarks>
internal static unsafe class DepthWiseRows
{
    private const int Taps = 9;
    private const int Columns = 4;
    private const int BlockChannels = 256;

    /// <summary>The channels are a multiple of this.</summary>
    public static int Multiple => Lanes8.Count;

    /// <summary>How many channels are interleaved in the taps of a layer with <paramref name="channels"/> channels.</summary>
    public static int LanesOf(long channels) => Lanes.Fit16(channels) ? Lanes16.Count : Lanes8.Count;

    /// <summary>Filters a rectangle.</summary>
    /// <param name="bank">What to filter, and with what.</param>
    /// <param name="shape">The rectangle.</param>
    /// <param name="channels">K, a multiple of <see cref="Multiple"/>.</param>
    /// <param name="target">height×count×K.</param>
    /// <param name="targetRow">Row stride of the target, in floats.</param>
    public static void Filter(Bank bank, Rectangle shape, int channels, float* target, nint targetRow) =>
        Run(bank, default, shape, channels, target, targetRow);

    /// <summary>Filters two maps and multiplies them as gelu(first) · second.</summary>
    /// <param name="first">What goes through the GELU.</param>
    /// <param name="second">What it is multiplied by.</param>
    /// <param name="shape">The rectangle.</param>
    /// <param name="channels">K, a multiple of <see cref="Multiple"/>.</param>
    /// <param name="target">height×count×K.</param>
    public static void FilterAndGate(Bank first, Bank second, Rectangle shape, int channels, float* target) =>
        Run(first, second, shape, channels, target, (nint)shape.Count * channels);

    private static void Run(Bank first, Bank second, Rectangle shape, int channels, float* target, nint targetRow)
    {
        if (LanesOf(channels) == Lanes16.Count)
        {
            Run<Lanes16>(first, second, shape, channels, target, targetRow);
        }
        else
        {
            Run<Lanes8>(first, second, shape, channels, target, targetRow);
        }
    }

    /// <summary>Filters one map, or gates two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Run<T>(Bank first, Bank second, Rectangle shape, int channels, float* target, nint targetRow)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<T>(channels);
        Debug.Assert(shape is { Start: >= 0, Count: >= 0 } && shape.Start + shape.Count <= shape.Width,
            $"{shape} has pixels beyond its rows.");
        var (width, last) = (shape.Width, shape.Start + shape.Count);
        var row = (nint)width * channels;
        for (var begin = 0; begin < channels; begin += BlockChannels)
        {
            var end = Math.Min(begin + BlockChannels, channels);
            for (var y = 0; y < shape.Height; y++)
            {
                var to = target + (y * targetRow);
                for (var x = shape.Start; x < last;)
                {
                    var position = (y * row) + ((nint)x * channels);
                    var (a, b) = (first.From(position), second.From(position));
                    if (x > 0 && x + Columns <= last && x + Columns < width)
                    {
                        FilterColumns<T>(a, b, to, begin, end, channels, row);
                        x += Columns;
                        to += Columns * channels;
                    }
                    else
                    {
                        FilterPixel<T>(a, b, to, begin, end, channels, row, x > 0, x < width - 1);
                        x++;
                        to += channels;
                    }
                }
            }
        }
    }

    /// <summary>A tile of four pixels side by side, which have neighbours on both sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FilterColumns<T>(Bank a, Bank b, float* target, int begin, int end, nint pixel, nint row)
        where T : struct, ILanes<T>
    {
        var factors = stackalloc float[Columns * T.Count];
        for (nint c = begin; c < end; c += T.Count)
        {
            var to = target + c;
            Prefetch(a.Rows + c, pixel, row);
            Convolve<T>(a, c, pixel, row, to, pixel);
            if (b.IsNone)
            {
                continue;
            }

            Prefetch(b.Rows + c, pixel, row);
            Convolve<T>(b, c, pixel, row, factors, T.Count);
            for (nint i = 0; i < Columns; i++, to += pixel)
            {
                (Gelu.Of(T.Load(to)) * T.Load(factors + (i * T.Count))).Store(to);
            }
        }
    }

    /// <summary>
    /// Prefetches the pixels that the next tile reads first: those to the right in the last row, whose many short runs the hardware
    /// prefetcher misses.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* from, nint pixel, nint row)
    {
        if (Sse.IsSupported)
        {
            var next = from + (2 * row) + ((Columns + 1) * pixel);
            Sse.Prefetch0(next);
            Sse.Prefetch0(next + pixel);
            Sse.Prefetch0(next + (2 * pixel));
            Sse.Prefetch0(next + (3 * pixel));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convolve<T>(Bank bank, nint channel, nint pixel, nint row, float* target, nint step)
        where T : struct, ILanes<T>
    {
        var from = bank.Rows + channel - pixel;
        var taps = bank.Kernels + (Taps * channel);
        var s0 = bank.Bias == null ? T.Zero : T.Load(bank.Bias + channel);
        var (s1, s2, s3) = (s0, s0, s0);
        for (var y = 0; y < 3; y++)
        {
            var (k0, k1, k2) = (T.Load(taps), T.Load(taps + T.Count), T.Load(taps + (2 * T.Count)));
            var p = T.Load(from);
            s0 = T.MultiplyAdd(p, k0, s0);
            p = T.Load(from + pixel);
            s0 = T.MultiplyAdd(p, k1, s0);
            s1 = T.MultiplyAdd(p, k0, s1);
            p = T.Load(from + (2 * pixel));
            s0 = T.MultiplyAdd(p, k2, s0);
            s1 = T.MultiplyAdd(p, k1, s1);
            s2 = T.MultiplyAdd(p, k0, s2);
            p = T.Load(from + (3 * pixel));
            s1 = T.MultiplyAdd(p, k2, s1);
            s2 = T.MultiplyAdd(p, k1, s2);
            s3 = T.MultiplyAdd(p, k0, s3);
            p = T.Load(from + (4 * pixel));
            s2 = T.MultiplyAdd(p, k2, s2);
            s3 = T.MultiplyAdd(p, k1, s3);
            p = T.Load(from + (5 * pixel));
            s3 = T.MultiplyAdd(p, k2, s3);
            from += row;
            taps += 3 * T.Count;
        }

        s0.Store(target);
        s1.Store(target + step);
        s2.Store(target + (2 * step));
        s3.Store(target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FilterPixel<T>(Bank a, Bank b, float* target, int begin, int end, nint pixel, nint row, bool hasLeft, bool hasRight)
        where T : struct, ILanes<T>
    {
        for (nint c = begin; c < end; c += T.Count)
        {
            var value = ConvolvePixel<T>(a, c, pixel, row, hasLeft, hasRight);
            (b.IsNone ? value : Gelu.Of(value) * ConvolvePixel<T>(b, c, pixel, row, hasLeft, hasRight)).Store(target + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ConvolvePixel<T>(Bank bank, nint channel, nint pixel, nint row, bool hasLeft, bool hasRight)
        where T : struct, ILanes<T>
    {
        var sum = bank.Bias == null ? T.Zero : T.Load(bank.Bias + channel);
        for (nint y = 0; y < 3; y++)
        {
            var from = bank.Rows + channel + (y * row);
            var taps = bank.Kernels + (Taps * channel) + (3 * y * T.Count);
            if (hasLeft)
            {
                sum = T.MultiplyAdd(T.Load(from - pixel), T.Load(taps), sum);
            }

            sum = T.MultiplyAdd(T.Load(from), T.Load(taps + T.Count), sum);
            if (hasRight)
            {
                sum = T.MultiplyAdd(T.Load(from + pixel), T.Load(taps + (2 * T.Count)), sum);
            }
        }

        return sum;
    }

    /// <summary>The pixels to filter.</summary>
    /// <param name="Height">Rows, not counting the one above and the one below.</param>
    /// <param name="Width">Pixels of a row; beyond it there are zeros.</param>
    /// <param name="Start">The first pixel of each row that is filtered.</param>
    /// <param name="Count">How many.</param>
    public readonly record struct Rectangle(int Height, int Width, int Start, int Count);

    /// <summary>Rows of a map, from the one above the first that is to be filtered to the one below the last, and their kernels.</summary>
    /// <param name="rows">(height + 2)×width×K.</param>
    /// <param name="kernels">K/n×9×n, n of <see cref="LanesOf"/>: nine taps, each of n channels side by side.</param>
    /// <param name="bias">K, or none.</param>
    public readonly struct Bank(float* rows, float* kernels, float* bias)
    {
        public readonly float* Rows = rows;
        public readonly float* Kernels = kernels;
        public readonly float* Bias = bias;

        public bool IsNone => Rows == null;

        public Bank From(nint position) => IsNone ? this : new(Rows + position, Kernels, Bias);
    }
}
