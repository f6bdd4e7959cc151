using System.Diagnostics;

namespace Tat.Torch.Simd;

/// <summary>Matrix products of pixels with channels last, on one core, without allocating.</summary>
/// <remarks>
/// They are meant for operands that fit into the cache of a core. At that size the call overhead of a BLAS library rivals the product
/// itself, and the library would pack and clear operands that are already laid out as these products want them.
/// </remarks>
internal static unsafe class MatrixProducts
{
    private const int Side = 3;
    private const int Taps = Side * Side;

    /// <summary>Multiplies pixels by a matrix.</summary>
    /// <param name="pixels">count×K.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="inputs">K.</param>
    /// <param name="packed">N/16×K×16, of <see cref="MatrixPanels"/>.</param>
    /// <param name="outputs">N, a multiple of <see cref="MatrixPanels.Width"/>.</param>
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
        MatrixPanels.AssertWhole(outputs);
        MultiplyStrided<T>(pixels, inputs, 1, count, packed, MatrixPanels.Width, (nint)MatrixPanels.Width * inputs, inputs, target, outputs,
            outputs);
    }

    /// <summary>Multiplies a packed matrix by a block-diagonal one; the result is packed, too.</summary>
    /// <param name="packed">N/16×K×16, of <see cref="MatrixPanels"/>.</param>
    /// <param name="outputs">N.</param>
    /// <param name="blocks">count×size×size: the blocks of the diagonal.</param>
    /// <param name="count">Number of blocks.</param>
    /// <param name="size">K/count.</param>
    /// <param name="target">N/16×K×16.</param>
    public static void MultiplyPacked(float* packed, int outputs, float* blocks, int count, int size, float* target)
    {
        const int width = MatrixPanels.Width;
        MatrixPanels.AssertWhole(outputs);
        for (var part = 0; part < outputs / width * count; part++, packed += size * width, target += size * width)
        {
            MultiplyStrided<Lanes8>(
                blocks + ((nint)(part % count) * size * size), 1, size, size, packed, width, width, size, target, width, width);
        }
    }

    /// <summary>Convolves rows of pixels with 3×3 kernels.</summary>
    /// <param name="pixels">(rows + 2)×(width + 2)×C, with the padding.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="width">Pixels of each.</param>
    /// <param name="inputs">C.</param>
    /// <param name="packed">K/16×3×3×C×16.</param>
    /// <param name="outputs">K, a multiple of <see cref="MatrixPanels.Width"/>.</param>
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
        MatrixPanels.AssertWhole(outputs);

        // Outputs in the outer loop: a panel stays in the cache while all rows pass.
        var (row, depth) = ((nint)(width + 2) * inputs, (nint)Taps * inputs);
        for (var begin = 0; begin < outputs; begin += 2 * T.Count)
        {
            for (var y = 0; y < rows; y++)
            {
                MultiplyStrided<T>(
                    pixels + (y * row), inputs, 1, width, packed + (begin * depth), MatrixPanels.Width, MatrixPanels.Width * depth,
                    Side * inputs, target + ((nint)y * width * outputs) + begin, outputs, Math.Min(2 * T.Count, outputs - begin), Side,
                    row);
            }
        }
    }

    /// <summary>Multiplies channels by channels, summed over pixels: target[i, j] = Σ a[p, i] · b[p, j].</summary>
    /// <param name="a">count×size.</param>
    /// <param name="b">count×size.</param>
    /// <param name="pixel">Row stride of both, in floats.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="size">Channels, a multiple of <see cref="MatrixPanels.Width"/>.</param>
    /// <param name="target">size×size.</param>
    public static void MultiplyChannels(float* a, float* b, nint pixel, int count, int size, float* target) =>
        MultiplyStrided(a, 1, pixel, size, b, pixel, MatrixPanels.Width, count, target, size, size);

    /// <summary>A product of strided operands: target[i, j] = Σ a[i, p] · b[p, j]. All strides are in floats.</summary>
    /// <param name="a">rows×depth.</param>
    /// <param name="aRow">Row stride of a.</param>
    /// <param name="aStep">Column stride of a.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="b">Panels of depth×16.</param>
    /// <param name="bRow">Row stride within a panel.</param>
    /// <param name="bPanel">Stride from panel to panel.</param>
    /// <param name="depth">Length of the sums.</param>
    /// <param name="target">rows×columns.</param>
    /// <param name="targetRow">Row stride of the target.</param>
    /// <param name="columns">Columns, a multiple of 8, at least <see cref="MatrixPanels.Width"/>.</param>
    /// <param name="parts">How many such products are summed, of consecutive parts of b.</param>
    /// <param name="aPart">Stride from part to part of a.</param>
    public static void MultiplyStrided(
        float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint bPanel, int depth, float* target, nint targetRow, int columns,
        int parts = 1, nint aPart = 0)
    {
        if (Lanes.Are16)
        {
            MultiplyStrided<Lanes16>(a, aRow, aStep, rows, b, bRow, bPanel, depth, target, targetRow, columns, parts, aPart);
        }
        else
        {
            MultiplyStrided<Lanes8>(a, aRow, aStep, rows, b, bRow, bPanel, depth, target, targetRow, columns, parts, aPart);
        }
    }

    /// <inheritdoc cref="MultiplyStrided(float*, nint, nint, int, float*, nint, nint, int, float*, nint, int, int, nint)"/>
    internal static void MultiplyStrided<T>(
        float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint bPanel, int depth, float* target, nint targetRow, int columns,
        int parts = 1, nint aPart = 0)
        where T : struct, ILanes<T>
    {
        const int width = MatrixPanels.Width, half = width / 2;
        Lanes.AssertMultiple<Lanes8>(columns);
        Debug.Assert(columns >= width && rows >= 0 && depth > 0 && parts > 0,
            $"{rows} × {depth} times {depth} × {columns}, {parts} of them, are no product.");

        // With 16 lanes a register block spans two panels; an odd last one goes through a block of one register, or of 8 lanes.
        var second = 2 * T.Count == width ? T.Count : bPanel;
        var column = 0;
        for (; column + (2 * T.Count) <= columns; column += 2 * T.Count, b += 2 * T.Count / width * bPanel)
        {
            RegisterBlocks.Multiply<T>(a, aRow, aStep, rows, b, bRow, second, depth, target + column, targetRow, parts, aPart);
        }

        if (column + width <= columns)
        {
            if (T.Count == width && rows >= WideRegisterBlocks.TallRows)
            {
                WideRegisterBlocks.MultiplyTall<T>(a, aRow, aStep, rows, b, bRow, depth, target + column, targetRow, parts, aPart);
            }
            else
            {
                RegisterBlocks.Multiply<Lanes8>(
                    a, aRow, aStep, rows, b, bRow, Lanes8.Count, depth, target + column, targetRow, parts, aPart);
            }

            column += width;
            b += bPanel;
        }

        if (column < columns)
        {
            // Half a panel is left: compute it together with the half before it, which is overwritten with the same values.
            RegisterBlocks.Multiply<Lanes8>(
                a, aRow, aStep, rows, b - bPanel + half, bRow, bPanel - half, depth, target + column - half, targetRow, parts, aPart);
        }
    }
}
