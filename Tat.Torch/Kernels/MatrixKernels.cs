using System.Diagnostics;
using System.Runtime.CompilerServices;
using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Kernels;

/// <summary>Matrix products of pixels with channels last, on one core, in memory that is given.</summary>
/// <remarks>
/// They work on what fits the cache of a core. There a call to a library takes as long as the product itself, and a library copies and
/// clears matrices first that are as they should be here.
/// </remarks>
internal static unsafe class MatrixKernels
{
    /// <summary>Channels come in as many at a time.</summary>
    public const int Panel = 16;

    /// <summary>Pixels come in as many at a time; there must be so many at least.</summary>
    public const int Block = 6;

    private const int PackedAtOnce = 1 << 16;
    private const int Side = 3;
    private const int Taps = Side * Side;

    /// <summary>Whether the kernels are the fast way: for processors with AVX2.</summary>
    public static bool AreFast => Lanes.Are8;

    /// <summary>Arranges a matrix for products, with zeros appended: N×K → outputs/16×inputs×16.</summary>
    /// <param name="matrix">N×K, contiguous.</param>
    /// <param name="outputs">At least N, a multiple of <see cref="Panel"/>.</param>
    /// <param name="inputs">At least K.</param>
    public static Tensor Pack(Tensor matrix, long outputs, long inputs)
    {
        var (rows, columns) = ((int)matrix.shape[0], (int)matrix.shape[1]);
        var packed = empty(outputs / Panel, inputs, Panel);
        Pack(matrix.Numbers(), rows, columns, (int)outputs, (int)inputs, packed.Numbers());
        return packed;
    }

    /// <inheritdoc cref="Pack(Tensor, long, long)"/>
    public static void Pack(float* from, int rows, int columns, int outputs, int inputs, float* to)
    {
        AssertPanels(outputs);
        Debug.Assert(rows <= outputs && columns <= inputs, $"{rows} × {columns} numbers do not fit into {outputs} × {inputs}.");
        var panels = Math.Max(1, PackedAtOnce / (inputs * Panel));
        var all = outputs / Panel;
        ComputeThreads.Share((all + panels - 1) / panels, piece =>
        {
            for (var panel = piece * panels; panel < Math.Min(all, (piece + 1) * panels); panel++)
            {
                var first = panel * Panel;
                PackPanel(from + ((nint)first * columns), Math.Min(Panel, rows - first), columns, inputs, to + ((nint)first * inputs));
            }
        });
    }

    /// <summary>
    /// Multiplies a matrix by one that has square blocks on its diagonal, as <see cref="Pack(Tensor, long, long)"/> arranges it.
    /// </summary>
    /// <param name="packed">N/16×K×16, of <see cref="Pack(Tensor, long, long)"/>.</param>
    /// <param name="outputs">N.</param>
    /// <param name="blocks">count×size×size.</param>
    /// <param name="count">Number of blocks.</param>
    /// <param name="size">K/count.</param>
    /// <param name="target">N/16×K×16.</param>
    public static void MultiplyPacked(float* packed, int outputs, float* blocks, int count, int size, float* target)
    {
        AssertPanels(outputs);
        for (var part = 0; part < outputs / Panel * count; part++, packed += size * Panel, target += size * Panel)
        {
            MultiplyPanels<Lanes8>(blocks + ((nint)(part % count) * size * size), 1, size, size, packed, Panel, Panel, size, target, Panel,
                Panel);
        }
    }

    /// <summary>Multiplies pixels by a matrix.</summary>
    /// <param name="pixels">count×K.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="inputs">K.</param>
    /// <param name="packed">N/16×K×16, of <see cref="Pack(Tensor, long, long)"/>.</param>
    /// <param name="outputs">N, a multiple of <see cref="Panel"/>.</param>
    /// <param name="target">count×N.</param>
    public static void Multiply(float* pixels, int count, int inputs, float* packed, int outputs, float* target)
    {
        if (Lanes.Are16)
        {
            Multiply<Lanes16>(pixels, count, inputs, packed, outputs, target);
        }
        else
        {
            Multiply<Lanes8>(pixels, count, inputs, packed, outputs, target);
        }
    }

    /// <inheritdoc cref="Multiply(float*, int, int, float*, int, float*)"/>
    internal static void Multiply<T>(float* pixels, int count, int inputs, float* packed, int outputs, float* target)
        where T : struct, ILanes<T>
    {
        AssertPanels(outputs);
        MultiplyPanels<T>(pixels, inputs, 1, count, packed, Panel, (nint)Panel * inputs, inputs, target, outputs, outputs);
    }

    /// <summary>Convolves rows of pixels with kernels of 3×3.</summary>
    /// <param name="pixels">(rows + 2)×(width + 2)×C.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="width">Pixels of each.</param>
    /// <param name="inputs">C.</param>
    /// <param name="packed">K/16×3×3×C×16.</param>
    /// <param name="outputs">K, a multiple of <see cref="Panel"/>.</param>
    /// <param name="target">rows×width×K.</param>
    public static void Convolve(float* pixels, int rows, int width, int inputs, float* packed, int outputs, float* target)
    {
        if (Lanes.Are16)
        {
            Convolve<Lanes16>(pixels, rows, width, inputs, packed, outputs, target);
        }
        else
        {
            Convolve<Lanes8>(pixels, rows, width, inputs, packed, outputs, target);
        }
    }

    /// <inheritdoc cref="Convolve(float*, int, int, int, float*, int, float*)"/>
    internal static void Convolve<T>(float* pixels, int rows, int width, int inputs, float* packed, int outputs, float* target)
        where T : struct, ILanes<T>
    {
        AssertPanels(outputs);
        // Each part of the kernels meets all rows while it is in the cache.
        var (row, depth) = ((nint)(width + 2) * inputs, (nint)Taps * inputs);
        for (var begin = 0; begin < outputs; begin += 2 * T.Count)
        {
            for (var y = 0; y < rows; y++)
            {
                MultiplyPanels<T>(
                    pixels + (y * row), inputs, 1, width, packed + (begin * depth), Panel, Panel * depth, Side * inputs,
                    target + ((nint)y * width * outputs) + begin, outputs, Math.Min(2 * T.Count, outputs - begin), Side, row);
            }
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
        if (Lanes.Are16)
        {
            MultiplyChannels<Lanes16>(a, b, pixel, count, size, target);
        }
        else
        {
            MultiplyChannels<Lanes8>(a, b, pixel, count, size, target);
        }
    }

    /// <inheritdoc cref="MultiplyChannels(float*, float*, nint, int, int, float*)"/>
    internal static void MultiplyChannels<T>(float* a, float* b, nint pixel, int count, int size, float* target)
        where T : struct, ILanes<T>
    {
        MultiplyPanels<T>(a, 1, pixel, size, b, pixel, Panel, count, target, size, size);
    }

    /// <summary>16 rows of a matrix, or what there is of them, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PackPanel(float* from, int rows, int columns, int inputs, float* target)
    {
        if (rows < Panel || columns < inputs)
        {
            new Span<float>(target, inputs * Panel).Clear();
        }

        for (var row = 0; row < rows; row++, from += columns)
        {
            for (var i = 0; i < columns; i++)
            {
                target[(i * Panel) + row] = from[i];
            }
        }
    }

    /// <summary>A product: target[i, j] = Σ a[i, p] · b[p, j].</summary>
    /// <param name="a">rows×depth.</param>
    /// <param name="aRow">Numbers from a row of it to the next.</param>
    /// <param name="aStep">Numbers from a column of it to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="b">Panels of depth×16.</param>
    /// <param name="bRow">Numbers from a row of it to the next.</param>
    /// <param name="bPanel">Numbers from a panel of it to the next.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="target">rows×columns.</param>
    /// <param name="targetRow">Numbers from a row of it to the next.</param>
    /// <param name="columns">Columns, a multiple of 8, at least <see cref="Panel"/>.</param>
    /// <param name="parts">How many such products are summed, of consecutive parts of b.</param>
    /// <param name="aPart">Numbers from a part of a to the next.</param>
    public static void MultiplyAny(
        float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint bPanel, int depth, float* target, nint targetRow, int columns,
        int parts = 1, nint aPart = 0)
    {
        if (Lanes.Are16)
        {
            MultiplyPanels<Lanes16>(a, aRow, aStep, rows, b, bRow, bPanel, depth, target, targetRow, columns, parts, aPart);
        }
        else
        {
            MultiplyPanels<Lanes8>(a, aRow, aStep, rows, b, bRow, bPanel, depth, target, targetRow, columns, parts, aPart);
        }
    }

    /// <inheritdoc cref="MultiplyAny"/>
    internal static void MultiplyPanels<T>(
        float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint bPanel, int depth, float* target, nint targetRow, int columns,
        int parts = 1, nint aPart = 0)
        where T : struct, ILanes<T>
    {
        Lanes.AssertMultiple<Lanes8>(columns);
        Debug.Assert(columns >= Panel && rows >= 0 && depth > 0 && parts > 0,
            $"{rows} × {depth} times {depth} × {columns}, {parts} of them, are no product.");
        // 16 lanes take two panels at a time, and leave the last of an odd number to 8.
        var second = 2 * T.Count == Panel ? T.Count : bPanel;
        var column = 0;
        for (; column + (2 * T.Count) <= columns; column += 2 * T.Count, b += 2 * T.Count / Panel * bPanel)
        {
            RegisterBlocks.Multiply<T>(a, aRow, aStep, rows, b, bRow, second, depth, target + column, targetRow, parts, aPart);
        }

        if (column + Panel <= columns)
        {
            if (T.Count == Panel && rows >= RegisterBlocks.TallRows)
            {
                RegisterBlocks.MultiplyTall<T>(a, aRow, aStep, rows, b, bRow, depth, target + column, targetRow, parts, aPart);
            }
            else
            {
                RegisterBlocks.Multiply<Lanes8>(
                    a, aRow, aStep, rows, b, bRow, Lanes8.Count, depth, target + column, targetRow, parts, aPart);
            }

            column += Panel;
            b += bPanel;
        }

        if (column < columns)
        {
            // The last half of a panel with the half before it, once more.
            const int half = Panel / 2;
            RegisterBlocks.Multiply<Lanes8>(
                a, aRow, aStep, rows, b - bPanel + half, bRow, bPanel - half, depth, target + column - half, targetRow, parts, aPart);
        }
    }

    [Conditional("DEBUG")]
    private static void AssertPanels(int outputs) => Debug.Assert(outputs % Panel == 0, $"{outputs} channels are no multiple of {Panel}.");
}
