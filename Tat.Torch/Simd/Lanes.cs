using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tat.Torch.Simd;

/// <summary>Which vector widths the processor has.</summary>
internal static class Lanes
{
    /// <summary>Whether it has <see cref="Lanes8"/>: AVX2 with FMA.</summary>
    public static bool Are8 { get; } = Fma.IsSupported && Vector256.IsHardwareAccelerated;

    /// <summary>Whether it has <see cref="Lanes16"/> as well: AVX-512.</summary>
    /// <remarks>
    /// Not <see cref="Vector512.IsHardwareAccelerated"/>, which is also false on processors that lower their clock for AVX-512. That is a
    /// loss for code with a few such instructions here and there; these loops run nothing else for milliseconds, at twice the width.
    /// </remarks>
    public static bool Are16 { get; } = Avx512F.IsSupported;

    /// <summary>Whether it has 16 lanes and <paramref name="count"/> is a multiple of them.</summary>
    public static bool Fit16(long count) => Are16 && count % Lanes16.Count == 0;

    /// <summary>Rounds up to the narrowest vector, for buffers that are processed in whole vectors.</summary>
    public static nint RoundUp(nint count) => (count + Lanes8.Count - 1) / Lanes8.Count * Lanes8.Count;

    /// <summary>Asserts that a count is a whole number of vectors.</summary>
    [Conditional("DEBUG")]
    public static void AssertMultiple<T>(nint count)
        where T : struct, ILanes<T> => Debug.Assert(count >= 0 && count % T.Count == 0, $"{count} is no multiple of {T.Count} lanes.");
}
