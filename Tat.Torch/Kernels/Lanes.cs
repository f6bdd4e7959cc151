using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tat.Torch.Kernels;

/// <summary>Which numbers of lanes the processor has.</summary>
internal static class Lanes
{
    /// <summary>Whether it has <see cref="Lanes8"/>: AVX2.</summary>
    public static bool Are8 { get; } = Fma.IsSupported && Vector256.IsHardwareAccelerated;

    /// <summary>Whether it has <see cref="Lanes16"/>, too: AVX-512.</summary>
    /// <remarks>
    /// Not <see cref="Vector512.IsHardwareAccelerated"/>, which is also false for processors that have it and lower their clock for it.
    /// That is a loss for code with a few such instructions here and there; kernels run nothing else for milliseconds, and twice as much at
    /// a time.
    /// </remarks>
    public static bool Are16 { get; } = Avx512F.IsSupported;

    /// <summary>Whether it has them, and they divide so many numbers.</summary>
    public static bool Fit16(long count) => Are16 && count % Lanes16.Count == 0;

    /// <summary>The next multiple of the fewest lanes: as many numbers as a kernel takes where memory has room for them.</summary>
    public static nint RoundUp(nint count) => (count + Lanes8.Count - 1) / Lanes8.Count * Lanes8.Count;

    /// <summary>States of a kernel that it takes no other numbers of numbers than multiples of its lanes.</summary>
    [Conditional("DEBUG")]
    public static void AssertMultiple<T>(nint count)
        where T : struct, ILanes<T> => Debug.Assert(count >= 0 && count % T.Count == 0, $"{count} numbers are no multiple of {T.Count}.");
}
