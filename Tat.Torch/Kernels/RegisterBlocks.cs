using System.Runtime.CompilerServices;

namespace Tat.Torch.Kernels;

/// <summary>
/// The inner loops of <see cref="MatrixKernels"/>. So many products are summed in a register before they go to the sum of those before,
/// because each number that is added to a long sum loses digits.
/// </summary>
internal static unsafe partial class RegisterBlocks
{
    /// <summary>Products that are summed in a register.</summary>
    private const int Longest = 32;

    /// <summary>As many columns of a product as two registers have lanes; the second begins so many numbers after the first.</summary>
    public static void Multiply<T>(float* a, nint aRow, nint aStep, int rows, float* b, nint bRow, nint second, int depth,
        float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        if (T.Count == MatrixKernels.Panel && rows >= WideRows)
        {
            MultiplyWide<T>(a, aRow, aStep, rows, b, bRow, second, depth, target, targetRow, parts, aPart);
            return;
        }

        for (var row = 0; row < rows && rows < MatrixKernels.Block; row++)
        {
            MultiplyRow<T>(a + (row * aRow), aStep, b, bRow, second, depth, target + (row * targetRow), parts, aPart);
        }

        for (var row = 0; row < rows && rows >= MatrixKernels.Block; row += MatrixKernels.Block)
        {
            // The last rows with some of those before, once more.
            var first = Math.Min(row, rows - MatrixKernels.Block);
            MultiplyBlock<T>(a + (first * aRow), aRow, aStep, b, bRow, second, depth, target + (first * targetRow), targetRow, parts,
                aPart);
        }
    }

    /// <summary>6 rows: as many sums as 16 registers have room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyBlock<T>(
        float* a, nint aRow, nint aStep, float* b, nint bRow, nint second, int depth, float* target, nint targetRow, int parts, nint aPart)
        where T : struct, ILanes<T>
    {
        for (var part = 0; part < parts; part++, a += aPart - (depth * aStep))
        {
            for (var start = 0; start < depth; start += Longest)
            {
                var (s00, s01, s10, s11, s20, s21) = (T.All(0), T.All(0), T.All(0), T.All(0), T.All(0), T.All(0));
                var (s30, s31, s40, s41, s50, s51) = (T.All(0), T.All(0), T.All(0), T.All(0), T.All(0), T.All(0));
                var lower = a + (3 * aRow);
                for (var p = Math.Min(Longest, depth - start); p > 0; p--, a += aStep, lower += aStep, b += bRow)
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
                    value = T.All(*lower);
                    s30 = T.MultiplyAdd(value, b0, s30);
                    s31 = T.MultiplyAdd(value, b1, s31);
                    value = T.All(lower[aRow]);
                    s40 = T.MultiplyAdd(value, b0, s40);
                    s41 = T.MultiplyAdd(value, b1, s41);
                    value = T.All(lower[2 * aRow]);
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
            for (var start = 0; start < depth; start += Longest)
            {
                var (s0, s1) = (T.All(0), T.All(0));
                for (var p = Math.Min(Longest, depth - start); p > 0; p--, a += aStep, b += bRow)
                {
                    var value = T.All(*a);
                    s0 = T.MultiplyAdd(value, T.Load(b), s0);
                    s1 = T.MultiplyAdd(value, T.Load(b + second), s1);
                }

                var adds = part + start > 0;
                Store(s0, s1, target, adds);
            }
        }
    }

    /// <summary>Puts two registers side by side into a row, or adds them to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T first, T second, float* target, bool adds)
        where T : struct, ILanes<T>
    {
        Store(first, target, adds);
        Store(second, target + T.Count, adds);
    }

    /// <summary>Puts a register into a row, or adds it to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T lanes, float* target, bool adds)
        where T : struct, ILanes<T> => (adds ? lanes + T.Load(target) : lanes).Store(target);
}
