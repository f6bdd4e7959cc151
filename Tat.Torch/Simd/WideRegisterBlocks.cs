using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tat.Torch.Simd;

/// <summary>Taller blocks for the 32 registers of AVX-512, which hold more sums at a time.</summary>
internal static unsafe class WideRegisterBlocks
{
    /// <summary>Rows of a block two registers wide.</summary>
    public const int WideRows = 8;

    /// <summary>Rows of a block one register wide.</summary>
    public const int TallRows = 12;

    /// <summary>As many columns of a product as two registers have lanes, of at least <see cref="WideRows"/> rows.</summary>
    /// <inheritdoc cref="RegisterBlocks.Multiply"/>
    public static void MultiplyWide<T>(float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint second, int depth,
        float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        Debug.Assert(rows >= WideRows, $"{rows} rows are fewer than {WideRows}.");
        for (var row = 0; row < rows; row += WideRows)
        {
            // The last block may overlap the one before, whose rows are overwritten with the same values.
            var first = Math.Min(row, rows - WideRows);
            MultiplyWideBlock<T>(a + (first * aRow), aRow, aStep, b, bRow, second, depth, target + (first * targetRow), targetRow, parts,
                aPart);
        }
    }

    /// <summary>As many columns of a product as one register has lanes, of at least <see cref="TallRows"/> rows.</summary>
    /// <inheritdoc cref="RegisterBlocks.Multiply"/>
    public static void MultiplyTall<T>(
        float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        Debug.Assert(rows >= TallRows, $"{rows} rows are fewer than {TallRows}.");
        for (var row = 0; row < rows; row += TallRows)
        {
            var first = Math.Min(row, rows - TallRows);
            MultiplyTallBlock<T>(a + (first * aRow), aRow, aStep, b, bRow, depth, target + (first * targetRow), targetRow, parts, aPart);
        }
    }

    /// <summary>A block of 8 rows, two registers wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyWideBlock<T>(
        float* a, nint aRow, nint aStep, float* b, nint bRow, nint second, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += RegisterBlocks.Depth)
            {
                var (s00, s01, s10, s11) = (T.Zero, T.Zero, T.Zero, T.Zero);
                var (s20, s21, s30, s31) = (T.Zero, T.Zero, T.Zero, T.Zero);
                var (s40, s41, s50, s51) = (T.Zero, T.Zero, T.Zero, T.Zero);
                var (s60, s61, s70, s71) = (T.Zero, T.Zero, T.Zero, T.Zero);
                var middle = a + (4 * aRow);
                for (var p = Math.Min(RegisterBlocks.Depth, depth - start); p > 0; p--, a += aStep, middle += aStep, b += bRow)
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
                    value = T.Broadcast(a[3 * aRow]);
                    s30 = T.MultiplyAdd(value, b0, s30);
                    s31 = T.MultiplyAdd(value, b1, s31);
                    value = T.Broadcast(*middle);
                    s40 = T.MultiplyAdd(value, b0, s40);
                    s41 = T.MultiplyAdd(value, b1, s41);
                    value = T.Broadcast(middle[aRow]);
                    s50 = T.MultiplyAdd(value, b0, s50);
                    s51 = T.MultiplyAdd(value, b1, s51);
                    value = T.Broadcast(middle[2 * aRow]);
                    s60 = T.MultiplyAdd(value, b0, s60);
                    s61 = T.MultiplyAdd(value, b1, s61);
                    value = T.Broadcast(middle[3 * aRow]);
                    s70 = T.MultiplyAdd(value, b0, s70);
                    s71 = T.MultiplyAdd(value, b1, s71);
                }

                var adds = part + start > 0;
                float* top = target, bottom = target + (4 * targetRow);
                RegisterBlocks.Store(s00, s01, top, adds);
                RegisterBlocks.Store(s10, s11, top + targetRow, adds);
                RegisterBlocks.Store(s20, s21, top + (2 * targetRow), adds);
                RegisterBlocks.Store(s30, s31, top + (3 * targetRow), adds);
                RegisterBlocks.Store(s40, s41, bottom, adds);
                RegisterBlocks.Store(s50, s51, bottom + targetRow, adds);
                RegisterBlocks.Store(s60, s61, bottom + (2 * targetRow), adds);
                RegisterBlocks.Store(s70, s71, bottom + (3 * targetRow), adds);
            }
        }
    }

    /// <summary>A block of 12 rows, one register wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyTallBlock<T>(
        float* a, nint aRow, nint aStep, float* b, nint bRow, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += RegisterBlocks.Depth)
            {
                var (s0, s1, s2, s3) = (T.Zero, T.Zero, T.Zero, T.Zero);
                var (s4, s5, s6, s7) = (T.Zero, T.Zero, T.Zero, T.Zero);
                var (s8, s9, sa, sb) = (T.Zero, T.Zero, T.Zero, T.Zero);
                float* middle = a + (4 * aRow), lower = a + (8 * aRow);
                for (var p = Math.Min(RegisterBlocks.Depth, depth - start); p > 0; p--)
                {
                    var value = T.Load(b);
                    s0 = T.MultiplyAdd(T.Broadcast(*a), value, s0);
                    s1 = T.MultiplyAdd(T.Broadcast(a[aRow]), value, s1);
                    s2 = T.MultiplyAdd(T.Broadcast(a[2 * aRow]), value, s2);
                    s3 = T.MultiplyAdd(T.Broadcast(a[3 * aRow]), value, s3);
                    s4 = T.MultiplyAdd(T.Broadcast(*middle), value, s4);
                    s5 = T.MultiplyAdd(T.Broadcast(middle[aRow]), value, s5);
                    s6 = T.MultiplyAdd(T.Broadcast(middle[2 * aRow]), value, s6);
                    s7 = T.MultiplyAdd(T.Broadcast(middle[3 * aRow]), value, s7);
                    s8 = T.MultiplyAdd(T.Broadcast(*lower), value, s8);
                    s9 = T.MultiplyAdd(T.Broadcast(lower[aRow]), value, s9);
                    sa = T.MultiplyAdd(T.Broadcast(lower[2 * aRow]), value, sa);
                    sb = T.MultiplyAdd(T.Broadcast(lower[3 * aRow]), value, sb);
                    a += aStep;
                    middle += aStep;
                    lower += aStep;
                    b += bRow;
                }

                var adds = part + start > 0;
                float* top = target, centre = target + (4 * targetRow), bottom = target + (8 * targetRow);
                RegisterBlocks.Store(s0, top, adds);
                RegisterBlocks.Store(s1, top + targetRow, adds);
                RegisterBlocks.Store(s2, top + (2 * targetRow), adds);
                RegisterBlocks.Store(s3, top + (3 * targetRow), adds);
                RegisterBlocks.Store(s4, centre, adds);
                RegisterBlocks.Store(s5, centre + targetRow, adds);
                RegisterBlocks.Store(s6, centre + (2 * targetRow), adds);
                RegisterBlocks.Store(s7, centre + (3 * targetRow), adds);
                RegisterBlocks.Store(s8, bottom, adds);
                RegisterBlocks.Store(s9, bottom + targetRow, adds);
                RegisterBlocks.Store(sa, bottom + (2 * targetRow), adds);
                RegisterBlocks.Store(sb, bottom + (3 * targetRow), adds);
            }
        }
    }
}
