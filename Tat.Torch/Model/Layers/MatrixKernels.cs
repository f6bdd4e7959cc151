using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>Matrix products and norms of pixels with channels last, on one core, in memory that is given.</summary>
/// <remarks>
/// They work on what fits the cache of a core. There a call to a library takes as long as the product itself, and a library copies and clears matrices first that are as they should be here.
/// </remarks>
internal static unsafe class MatrixKernels
{
    /// <summary>Channels come in as many at a time.</summary>
    public const int Panel = 16;

    /// <summary>Pixels come in as many at a time; there must be so many at least.</summary>
    public const int Block = 6;

    private const int Lanes = 8;
    private const double NormEpsilon = 1e-5;

    /// <summary>Whether the kernels are the fast way: for processors with AVX2. Those with AVX-512 have wider products in LibTorch.</summary>
    public static bool AreFast { get; } = Fma.IsSupported && Vector256.IsHardwareAccelerated && !Vector512.IsHardwareAccelerated;

    /// <summary>Arranges matrices for products: …×N×K → …×N/16×K×16.</summary>
    public static Tensor Pack(Tensor matrices)
    {
        var shape = matrices.shape;
        return matrices.reshape([.. shape[..^2], shape[^2] / Panel, Panel, shape[^1]]).transpose(-2, -1).contiguous();
    }

    /// <summary>Multiplies pixels by a matrix.</summary>
    /// <param name="pixels">count×K.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="inputs">K.</param>
    /// <param name="packed">N/16×K×16, of <see cref="Pack"/>.</param>
    /// <param name="outputs">N, a multiple of <see cref="Panel"/>.</param>
    /// <param name="target">count×N.</param>
    public static void Multiply(float* pixels, int count, int inputs, float* packed, int outputs, float* target)
    {
        for (var panel = 0; panel < outputs; panel += Panel)
        {
            MultiplyPanel(pixels, inputs, 1, count, packed + ((nint)panel * inputs), Panel, inputs, target + panel, outputs);
        }
    }

    /// <summary>Multiplies channels by channels, summed over pixels: target[i, j] = Σ a[p, i] · b[p, j].</summary>
    /// <param name="a">count×size, with a pixel every so many numbers.</param>
    /// <param name="b">count×size, likewise.</param>
    /// <param name="pixel">Numbers from a pixel to the next.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="size">Channels, a multiple of <see cref="Panel"/>.</param>
    /// <param name="target">size×size.</param>
    public static void MultiplyChannels(float* a, float* b, nint pixel, int count, int size, float* target)
    {
        for (var panel = 0; panel < size; panel += Panel)
        {
            MultiplyPanel(a, 1, pixel, size, b + panel, pixel, count, target + panel, size);
        }
    }

    /// <summary>Adds the squares of each channel: sums[c] += Σ pixels[p, c]².</summary>
    public static void AddSquares(float* pixels, nint pixel, int count, int channels, float* sums)
    {
        for (var p = 0; p < count; p++, pixels += pixel)
        {
            for (var c = 0; c < channels; c += Lanes)
            {
                var value = Vector256.Load(pixels + c);
                Vector256.MultiplyAddEstimate(value, value, Vector256.Load(sums + c)).Store(sums + c);
            }
        }
    }

    /// <summary>target = a + b, of a multiple of 8 numbers.</summary>
    public static void Add(float* a, float* b, float* target, nint count)
    {
        for (nint i = 0; i < count; i += Lanes)
        {
            (Vector256.Load(a + i) + Vector256.Load(b + i)).Store(target + i);
        }
    }

    /// <summary>Normalises the channels of each pixel.</summary>
    /// <param name="pixels">count×C.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="channels">C, a multiple of 8.</param>
    /// <param name="scale">C.</param>
    /// <param name="shift">C, or none: then the mean stays, too.</param>
    /// <param name="target">count×C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* pixels, int count, int channels, float* scale, float* shift, float* target)
    {
        for (var p = 0; p < count; p++, pixels += channels, target += channels)
        {
            var sum = Vector256<float>.Zero;
            for (var c = 0; c < channels; c += Lanes)
            {
                sum += Vector256.Load(pixels + c);
            }

            var mean = Vector256.Create(Vector256.Sum(sum) / channels);
            var squares = Vector256<float>.Zero;
            for (var c = 0; c < channels; c += Lanes)
            {
                var difference = Vector256.Load(pixels + c) - mean;
                squares = Vector256.MultiplyAddEstimate(difference, difference, squares);
            }

            var factor = Vector256.Create((float)(1 / Math.Sqrt((Vector256.Sum(squares) / channels) + NormEpsilon)));
            for (var c = 0; c < channels; c += Lanes)
            {
                var (value, weight) = (Vector256.Load(pixels + c), Vector256.Load(scale + c) * factor);
                (shift == null ? value * weight : Vector256.MultiplyAddEstimate(value - mean, weight, Vector256.Load(shift + c))).Store(target + c);
            }
        }
    }

    /// <summary>16 columns of a product: target[i, j] = Σ a[i, p] · b[p, j].</summary>
    /// <param name="a">rows×depth.</param>
    /// <param name="aRow">Numbers from a row of it to the next.</param>
    /// <param name="aStep">Numbers from a column of it to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="b">depth×16.</param>
    /// <param name="bRow">Numbers from a row of it to the next.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="target">rows×16.</param>
    /// <param name="targetRow">Numbers from a row of it to the next.</param>
    private static void MultiplyPanel(float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, int depth, float* target, nint targetRow)
    {
        var row = 0;
        for (; row + Block <= rows; row += Block)
        {
            MultiplyBlock(a + (row * aRow), aRow, aStep, b, bRow, depth, target + (row * targetRow), targetRow);
        }

        if (row == rows)
        {
            return;
        }

        if (rows >= Block)
        {
            // The last rows with some of those before, once more.
            row = rows - Block;
            MultiplyBlock(a + (row * aRow), aRow, aStep, b, bRow, depth, target + (row * targetRow), targetRow);
            return;
        }

        for (; row < rows; row++)
        {
            MultiplyRow(a + (row * aRow), aStep, b, bRow, depth, target + (row * targetRow));
        }
    }

    /// <summary>6 rows by 16 columns: as many sums as there are registers for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyBlock(float* a, nint aRow, nint aStep, float* b, nint bRow, int depth, float* target, nint targetRow)
    {
        var (s00, s01, s10, s11, s20, s21) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var (s30, s31, s40, s41, s50, s51) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var lower = a + (3 * aRow);
        for (var p = 0; p < depth; p++, a += aStep, lower += aStep, b += bRow)
        {
            var (b0, b1) = (Vector256.Load(b), Vector256.Load(b + Lanes));
            var value = Vector256.Create(*a);
            s00 = Vector256.MultiplyAddEstimate(value, b0, s00);
            s01 = Vector256.MultiplyAddEstimate(value, b1, s01);
            value = Vector256.Create(a[aRow]);
            s10 = Vector256.MultiplyAddEstimate(value, b0, s10);
            s11 = Vector256.MultiplyAddEstimate(value, b1, s11);
            value = Vector256.Create(a[2 * aRow]);
            s20 = Vector256.MultiplyAddEstimate(value, b0, s20);
            s21 = Vector256.MultiplyAddEstimate(value, b1, s21);
            value = Vector256.Create(*lower);
            s30 = Vector256.MultiplyAddEstimate(value, b0, s30);
            s31 = Vector256.MultiplyAddEstimate(value, b1, s31);
            value = Vector256.Create(lower[aRow]);
            s40 = Vector256.MultiplyAddEstimate(value, b0, s40);
            s41 = Vector256.MultiplyAddEstimate(value, b1, s41);
            value = Vector256.Create(lower[2 * aRow]);
            s50 = Vector256.MultiplyAddEstimate(value, b0, s50);
            s51 = Vector256.MultiplyAddEstimate(value, b1, s51);
        }

        Store(s00, s01, target);
        Store(s10, s11, target + targetRow);
        Store(s20, s21, target + (2 * targetRow));
        target += 3 * targetRow;
        Store(s30, s31, target);
        Store(s40, s41, target + targetRow);
        Store(s50, s51, target + (2 * targetRow));
    }

    private static void MultiplyRow(float* a, nint aStep, float* b, nint bRow, int depth, float* target)
    {
        var (s0, s1) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var p = 0; p < depth; p++, a += aStep, b += bRow)
        {
            var value = Vector256.Create(*a);
            s0 = Vector256.MultiplyAddEstimate(value, Vector256.Load(b), s0);
            s1 = Vector256.MultiplyAddEstimate(value, Vector256.Load(b + Lanes), s1);
        }

        Store(s0, s1, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> first, Vector256<float> second, float* target)
    {
        first.Store(target);
        second.Store(target + Lanes);
    }
}
