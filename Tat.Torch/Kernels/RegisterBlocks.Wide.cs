using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tat.Torch.Kernels;

/// <content>For processors with 32 registers, which keep more sums at a time.</content>
internal static unsafe partial class RegisterBlocks
{
    /// <summary>Rows at a time of two registers each.</summary>
    public const int WideRows = 8;

    /// <summary>Rows at a time of one register each.</summary>
    public const int TallRows = 12;

    /// <summary>As many columns of a product as two registers have lanes, of at least <see cref="WideRows"/> rows.</summary>
    /// <inheritdoc cref="MatrixKernels.MultiplyAny"/>
    private static void MultiplyWide<T>(float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint second, int depth,
        float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        Debug.Assert(rows >= WideRows, $"{rows} rows are less than {WideRows}.");
        for (var row = 0; row < rows; row += WideRows)
        {
            // The last rows with some of those before, once more.
            var first = Math.Min(row, rows - WideRows);
            MultiplyWideBlock<T>(a + (first * aRow), aRow, aStep, b, bRow, second, depth, target + (first * targetRow), targetRow, parts,
                aPart);
        }
    }

    /// <summary>As many columns of a product as one register has lanes, of at least <see cref="TallRows"/> rows.</summary>
    /// <inheritdoc cref="MatrixKernels.MultiplyAny"/>
    public static void MultiplyTall<T>(
        float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        Debug.Assert(rows >= TallRows, $"{rows} rows are less than {TallRows}.");
        for (var row = 0; row < rows; row += TallRows)
        {
            var first = Math.Min(row, rows - TallRows);
            MultiplyTallBlock<T>(a + (first * aRow), aRow, aStep, b, bRow, depth, target + (first * targetRow), targetRow, parts, aPart);
        }
    }

    /// <summary>8 rows of two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyWideBlock<T>(
        float* a, nint aRow, nint aStep, float* b, nint bRow, nint second, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += Longest)
            {
                var (s00, s01, s10, s11) = (T.All(0), T.All(0), T.All(0), T.All(0));
                var (s20, s21, s30, s31) = (T.All(0), T.All(0), T.All(0), T.All(0));
                var (s40, s41, s50, s51) = (T.All(0), T.All(0), T.All(0), T.All(0));
                var (s60, s61, s70, s71) = (T.All(0), T.All(0), T.All(0), T.All(0));
                var middle = a + (4 * aRow);
                for (var p = Math.Min(Longest, depth - start); p > 0; p--, a += aStep, middle += aStep, b += bRow)
                {
                    var (b0, b1) = (T.Load(b), T.Load(b + second));
                    var value = T.All(*a);
                    s00 = T.MultiplyAdd(value, b0, s00);
                    s01 = T.MultiplyAdd(value, b1, s01);
                    value = T.All(a[aRow]);
                    s10 = T.MultiplyAdd(value, b0, s10);
                    s11 = T.MultiplyAdd(value, b1, s11);
                    value = T.All(a[2 * aRow]);
                    s20 = T.MultiplyAdd(value, b0, s20);
                    s21 = T.MultiplyAdd(value, b1, s21);
                    value = T.All(a[3 * aRow]);
                    s30 = T.MultiplyAdd(value, b0, s30);
                    s31 = T.MultiplyAdd(value, b1, s31);
                    value = T.All(*middle);
                    s40 = T.MultiplyAdd(value, b0, s40);
                    s41 = T.MultiplyAdd(value, b1, s41);
                    value = T.All(middle[aRow]);
                    s50 = T.MultiplyAdd(value, b0, s50);
                    s51 = T.MultiplyAdd(value, b1, s51);
                    value = T.All(middle[2 * aRow]);
                    s60 = T.MultiplyAdd(value, b0, s60);
                    s61 = T.MultiplyAdd(value, b1, s61);
                    value = T.All(middle[3 * aRow]);
                    s70 = T.MultiplyAdd(value, b0, s70);
                    s71 = T.MultiplyAdd(value, b1, s71);
                }

                var adds = part + start > 0;
                float* top = target, bottom = target + (4 * targetRow);
                Store(s00, s01, top, adds);
                Store(s10, s11, top + targetRow, adds);
                Store(s20, s21, top + (2 * targetRow), adds);
                Store(s30, s31, top + (3 * targetRow), adds);
                Store(s40, s41, bottom, adds);
                Store(s50, s51, bottom + targetRow, adds);
                Store(s60, s61, bottom + (2 * targetRow), adds);
                Store(s70, s71, bottom + (3 * targetRow), adds);
            }
        }
    }

    /// <summary>12 rows of one register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyTallBlock<T>(
        float* a, nint aRow, nint aStep, float* b, nint bRow, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += Longest)
            {
                var (s0, s1, s2, s3) = (T.All(0), T.All(0), T.All(0), T.All(0));
                var (s4, s5, s6, s7) = (T.All(0), T.All(0), T.All(0), T.All(0));
                var (s8, s9, sa, sb) = (T.All(0), T.All(0), T.All(0), T.All(0));
                float* middle = a + (4 * aRow), lower = a + (8 * aRow);
                for (var p = Math.Min(Longest, depth - start); p > 0; p--, a += aStep, middle += aStep, lower += aStep, b += bRow)
                {
                    var value = T.Load(b);
                    s0 = T.MultiplyAdd(T.All(*a), value, s0);
                    s1 = T.MultiplyAdd(T.All(a[aRow]), value, s1);
                    s2 = T.MultiplyAdd(T.All(a[2 * aRow]), value, s2);
                    s3 = T.MultiplyAdd(T.All(a[3 * aRow]), value, s3);
                    s4 = T.MultiplyAdd(T.All(*middle), value, s4);
                    s5 = T.MultiplyAdd(T.All(middle[aRow]), value, s5);
                    s6 = T.MultiplyAdd(T.All(middle[2 * aRow]), value, s6);
                    s7 = T.MultiplyAdd(T.All(middle[3 * aRow]), value, s7);
                    s8 = T.MultiplyAdd(T.All(*lower), value, s8);
                    s9 = T.MultiplyAdd(T.All(lower[aRow]), value, s9);
                    sa = T.MultiplyAdd(T.All(lower[2 * aRow]), value, sa);
                    sb = T.MultiplyAdd(T.All(lower[3 * aRow]), value, sb);
                }

                var adds = part + start > 0;
                float* top = target, centre = target + (4 * targetRow), bottom = target + (8 * targetRow);
                Store(s0, top, adds);
                Store(s1, top + targetRow, adds);
                Store(s2, top + (2 * targetRow), adds);
                Store(s3, top + (3 * targetRow), adds);
                Store(s4, centre, adds);
                Store(s5, centre + targetRow, adds);
                Store(s6, centre + (2 * targetRow), adds);
                Store(s7, centre + (3 * targetRow), adds);
                Store(s8, bottom, adds);
                Store(s9, bottom + targetRow, adds);
                Store(sa, bottom + (2 * targetRow), adds);
                Store(sb, bottom + (3 * targetRow), adds);
            }
        }
    }
}
