using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>
/// The inner loops of <see cref="MatrixProducts"/>: blocks of the result two registers wide, whose sums stay in registers over
/// <see cref="Depth"/> products and are then added to the target, because each term that is added to a long sum loses digits.
/// </summary>
internal static unsafe class RegisterBlocks
{
    /// <summary>Rows of a block: with two registers each, two for b and one for a broadcast value, they fill 16 registers.</summary>
    public const int Rows = 6;

    /// <summary>Products that are summed in a register.</summary>
    public const int Depth = 32;

    /// <summary>As many columns of a product as two registers have lanes.</summary>
    /// <param name="a">rows×depth.</param>
    /// <param name="aRow">Row stride of a.</param>
    /// <param name="aStep">Column stride of a.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="b">depth×lanes: the columns of the first register.</param>
    /// <param name="bRow">Row stride of b.</param>
    /// <param name="second">Where the columns of the second register begin, from b.</param>
    /// <param name="depth">Length of the sums.</param>
    /// <param name="target">rows×(2·lanes).</param>
    /// <param name="targetRow">Row stride of the target.</param>
    /// <param name="parts">How many such products are summed, of consecutive parts of b.</param>
    /// <param name="aPart">Stride from part to part of a.</param>
    public static void Multiply<T>(float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint second, int depth, float* target,
        nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        if (T.Count == Lanes16.Count && rows >= WideRegisterBlocks.WideRows)
        {
            WideRegisterBlocks.MultiplyWide<T>(a, aRow, aStep, rows, b, bRow, second, depth, target, targetRow, parts, aPart);
            return;
        }

        for (var row = 0; row < rows && rows < Rows; row++)
        {
            MultiplyRow<T>(a + (row * aRow), aStep, b, bRow, second, depth, target + (row * targetRow), parts, aPart);
        }

        for (var row = 0; row < rows && rows >= Rows; row += Rows)
        {
            // The last block may overlap the one before, whose rows are overwritten with the same values.
            var first = Math.Min(row, rows - Rows);
            MultiplyBlock<T>(a + (first * aRow), aRow, aStep, b, bRow, second, depth, target + (first * targetRow), targetRow, parts,
                aPart);
        }
    }

    /// <summary>Stores two registers side by side, or adds them to the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T first, T second, float* target, bool adds)
        where T : struct, ILanes<T>
    {
        Store(first, target, adds);
        Store(second, target + T.Count, adds);
    }

    /// <summary>Stores a register, or adds it to the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T sums, float* target, bool adds)
        where T : struct, ILanes<T> => (adds ? sums + T.Load(target) : sums).Store(target);

    /// <summary>A block of 6 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyBlock<T>(
        float* a, nint aRow, nint aStep, float* b, nint bRow, nint second, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += Depth)
            {
                var (s00, s01, s10, s11, s20, s21) = (T.Zero, T.Zero, T.Zero, T.Zero, T.Zero, T.Zero);
                var (s30, s31, s40, s41, s50, s51) = (T.Zero, T.Zero, T.Zero, T.Zero, T.Zero, T.Zero);
                var lower = a + (3 * aRow);
                for (var p = Math.Min(Depth, depth - start); p > 0; p--, a += aStep, lower += aStep, b += bRow)
                {
                    var (b0, b1) = (T.Load(b), T.Load(b + second));
                    var value = T.Broadcast(*a);
                    s00 = T.MultiplyAdd(value, b0, s00);
                    s01 = T.MultiplyAdd(value, b1, s01);
                    value = T.Broadcast(a[aRow]);
                    s10 = T.MultiplyAdd(value, b0, s10);
                    s11 = T.MultiplyAdd(value, b1, s11);
                    value = T.Broadcast(a[2 * aRow]);
                    s20 = T.MultiplyAdd(value, b0, s20);
                    s21 = T.MultiplyAdd(value, b1, s21);
                    value = T.Broadcast(*lower);
                    s30 = T.MultiplyAdd(value, b0, s30);
                    s31 = T.MultiplyAdd(value, b1, s31);
                    value = T.Broadcast(lower[aRow]);
                    s40 = T.MultiplyAdd(value, b0, s40);
                    s41 = T.MultiplyAdd(value, b1, s41);
                    value = T.Broadcast(lower[2 * aRow]);
                    s50 = T.MultiplyAdd(value, b0, s50);
                    s51 = T.MultiplyAdd(value, b1, s51);
                }

                var adds = part + start > 0;
                float* top = target, bottom = target + (3 * targetRow);
                Store(s00, s01, top, adds);
                Store(s10, s11, top + targetRow, adds);
                Store(s20, s21, top + (2 * targetRow), adds);
                Store(s30, s31, bottom, adds);
                Store(s40, s41, bottom + targetRow, adds);
                Store(s50, s51, bottom + (2 * targetRow), adds);
            }
        }
    }

    private static void MultiplyRow<T>(
        float* a, nint aStep, float* b, nint bRow, nint second, int depth, float* target, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += Depth)
            {
                var (s0, s1) = (T.Zero, T.Zero);
                for (var p = Math.Min(Depth, depth - start); p > 0; p--, a += aStep, b += bRow)
                {
                    var value = T.Broadcast(*a);
                    s0 = T.MultiplyAdd(value, T.Load(b), s0);
                    s1 = T.MultiplyAdd(value, T.Load(b + second), s1);
                }

                Store(s0, s1, target, adds: part + start > 0);
            }
        }
    }
}
