using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tat.Torch.Model.Layers;

/// <summary>3×3 depth-wise convolutions of rows of pixels with channels last, alone or two as gelu(first) · second, on one core.</summary>
/// <remarks>A layer that filters so reads its hidden features once between the matrix products before and after, where an operator for each step reads and writes them five times.</remarks>
internal static unsafe class DepthWiseRows
{
    /// <summary>Channels come in as many at a time.</summary>
    public const int Lanes = 8;

    private const int Taps = 9;
    private const int Columns = 4;
    private const int BlockChannels = 256;

    /// <summary>Filters a rectangle.</summary>
    /// <param name="bank">What to filter, and with what.</param>
    /// <param name="shape">The rectangle.</param>
    /// <param name="channels">K, a multiple of <see cref="Lanes"/>.</param>
    /// <param name="target">height×count×K.</param>
    /// <param name="targetRow">Numbers from a row of the target to the next.</param>
    public static void Filter(Bank bank, Rectangle shape, int channels, float* target, nint targetRow) => Run(bank, default, shape, channels, target, targetRow);

    /// <summary>Filters two maps and gates one by the other: gelu(first) · second.</summary>
    /// <param name="first">What goes through the GELU.</param>
    /// <param name="second">What it is multiplied by.</param>
    /// <param name="shape">The rectangle.</param>
    /// <param name="channels">K, a multiple of <see cref="Lanes"/>.</param>
    /// <param name="target">height×count×K.</param>
    public static void FilterAndGate(Bank first, Bank second, Rectangle shape, int channels, float* target) => Run(first, second, shape, channels, target, (nint)shape.Count * channels);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(Bank first, Bank second, Rectangle shape, int channels, float* target, nint targetRow)
    {
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
                        FilterColumns(a, b, to, begin, end, channels, row);
                        x += Columns;
                        to += Columns * channels;
                    }
                    else
                    {
                        FilterPixel(a, b, to, begin, end, channels, row, x > 0, x < width - 1);
                        x++;
                        to += channels;
                    }
                }
            }
        }
    }

    /// <summary>Four pixels side by side, which have neighbours on both sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FilterColumns(Bank a, Bank b, float* target, int begin, int end, nint pixel, nint row)
    {
        var factors = stackalloc float[Columns * Lanes];
        for (nint c = begin; c < end; c += Lanes)
        {
            var to = target + c;
            Prefetch(a.Rows + c, pixel, row);
            Convolve(a, c, pixel, row, to, pixel);
            if (b.IsNone)
            {
                continue;
            }

            Prefetch(b.Rows + c, pixel, row);
            Convolve(b, c, pixel, row, factors, Lanes);
            for (nint i = 0; i < Columns; i++, to += pixel)
            {
                (Gelu(Vector256.Load(to)) * Vector256.Load(factors + (i * Lanes))).Store(to);
            }
        }
    }

    /// <summary>Asks for what the next pixels see for the first time: those to the right in the last row, which are too many short runs for the processor to foresee.</summary>
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
    private static void Convolve(Bank bank, nint channel, nint pixel, nint row, float* target, nint step)
    {
        var from = bank.Rows + channel - pixel;
        var taps = bank.Kernels + (Taps * channel);
        var s0 = bank.Bias == null ? Vector256<float>.Zero : Vector256.Load(bank.Bias + channel);
        var (s1, s2, s3) = (s0, s0, s0);
        for (var y = 0; y < 3; y++)
        {
            var (k0, k1, k2) = (Vector256.Load(taps), Vector256.Load(taps + Lanes), Vector256.Load(taps + (2 * Lanes)));
            var p = Vector256.Load(from);
            s0 = Vector256.MultiplyAddEstimate(p, k0, s0);
            p = Vector256.Load(from + pixel);
            s0 = Vector256.MultiplyAddEstimate(p, k1, s0);
            s1 = Vector256.MultiplyAddEstimate(p, k0, s1);
            p = Vector256.Load(from + (2 * pixel));
            s0 = Vector256.MultiplyAddEstimate(p, k2, s0);
            s1 = Vector256.MultiplyAddEstimate(p, k1, s1);
            s2 = Vector256.MultiplyAddEstimate(p, k0, s2);
            p = Vector256.Load(from + (3 * pixel));
            s1 = Vector256.MultiplyAddEstimate(p, k2, s1);
            s2 = Vector256.MultiplyAddEstimate(p, k1, s2);
            s3 = Vector256.MultiplyAddEstimate(p, k0, s3);
            p = Vector256.Load(from + (4 * pixel));
            s2 = Vector256.MultiplyAddEstimate(p, k2, s2);
            s3 = Vector256.MultiplyAddEstimate(p, k1, s3);
            p = Vector256.Load(from + (5 * pixel));
            s3 = Vector256.MultiplyAddEstimate(p, k2, s3);
            from += row;
            taps += 3 * Lanes;
        }

        s0.Store(target);
        s1.Store(target + step);
        s2.Store(target + (2 * step));
        s3.Store(target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FilterPixel(Bank a, Bank b, float* target, int begin, int end, nint pixel, nint row, bool hasLeft, bool hasRight)
    {
        for (nint c = begin; c < end; c += Lanes)
        {
            var value = ConvolvePixel(a, c, pixel, row, hasLeft, hasRight);
            (b.IsNone ? value : Gelu(value) * ConvolvePixel(b, c, pixel, row, hasLeft, hasRight)).Store(target + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ConvolvePixel(Bank bank, nint channel, nint pixel, nint row, bool hasLeft, bool hasRight)
    {
        var sum = bank.Bias == null ? Vector256<float>.Zero : Vector256.Load(bank.Bias + channel);
        for (nint y = 0; y < 3; y++)
        {
            var from = bank.Rows + channel + (y * row);
            var taps = bank.Kernels + (Taps * channel) + (3 * y * Lanes);
            if (hasLeft)
            {
                sum = Vector256.MultiplyAddEstimate(Vector256.Load(from - pixel), Vector256.Load(taps), sum);
            }

            sum = Vector256.MultiplyAddEstimate(Vector256.Load(from), Vector256.Load(taps + Lanes), sum);
            if (hasRight)
            {
                sum = Vector256.MultiplyAddEstimate(Vector256.Load(from + pixel), Vector256.Load(taps + (2 * Lanes)), sum);
            }
        }

        return sum;
    }

    /// <summary>x/2 · (1 + erf(x/√2)); erf by a quotient of polynomials that was fitted to it, to 4·10⁻⁷.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gelu(Vector256<float> x)
    {
        // Beyond 4 the error function is 1 in single precision.
        var bound = Vector256.Create(4f);
        var t = Vector256.MinNative(Vector256.MaxNative(x * Vector256.Create(0.70710678f), -bound), bound);
        var s = t * t;
        var numerator = Vector256.Create(1.97482941e-6f);
        numerator = Vector256.MultiplyAddEstimate(numerator, s, Vector256.Create(2.88042464e-4f));
        numerator = Vector256.MultiplyAddEstimate(numerator, s, Vector256.Create(4.00367504e-3f));
        numerator = Vector256.MultiplyAddEstimate(numerator, s, Vector256.Create(5.34675651e-2f));
        numerator = Vector256.MultiplyAddEstimate(numerator, s, Vector256.Create(0.196249607f));
        numerator = Vector256.MultiplyAddEstimate(numerator, s, Vector256.Create(1.12837898f));
        var denominator = Vector256.Create(3.74809119e-5f);
        denominator = Vector256.MultiplyAddEstimate(denominator, s, Vector256.Create(1.21636780e-3f));
        denominator = Vector256.MultiplyAddEstimate(denominator, s, Vector256.Create(1.54444783e-2f));
        denominator = Vector256.MultiplyAddEstimate(denominator, s, Vector256.Create(0.116476691f));
        denominator = Vector256.MultiplyAddEstimate(denominator, s, Vector256.Create(0.507252844f));
        denominator = Vector256.MultiplyAddEstimate(denominator, s, Vector256<float>.One);
        var half = x * Vector256.Create(0.5f);
        return Vector256.MultiplyAddEstimate(half, t * numerator / denominator, half);
    }

    /// <summary>Which pixels to filter.</summary>
    /// <param name="Height">Rows, without the one above and the one below.</param>
    /// <param name="Width">Pixels of a row; beyond it there are zeros.</param>
    /// <param name="Start">The first pixel of each row to be filtered.</param>
    /// <param name="Count">How many.</param>
    public readonly record struct Rectangle(int Height, int Width, int Start, int Count);

    /// <summary>Rows of a map, from the one above the first that is to be filtered to the one below the last, and their kernels.</summary>
    /// <param name="rows">(height + 2)×width×K.</param>
    /// <param name="kernels">K/8×9×8: for eight channels each their nine taps.</param>
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
