using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tat.Torch.Kernels;

/// <summary>Which numbers of lanes the processor has.</summary>
internal static class Lanes
{
    /// <summary>Whether it has <see cref="Lanes8"/>: AVX2.</summary>
    public static bool Are8 { get; } = Fma.IsSupported && Vector256.IsHardwareAccelerated;

    /// <summary>Whether it has <see cref="Lanes16"/>, too: AVX-512.</summary>
    public static bool Are16 { get; } = Avx512F.IsSupported;

    /// <summary>Whether it has them, and they divide so many numbers.</summary>
    public static bool Fit16(long count) => Are16 && count % Lanes16.Count == 0;
}
