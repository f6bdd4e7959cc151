using System.Runtime.InteropServices;
using Tat.Torch.Runtime;

namespace Tat.Tests.Runtime;

/// <summary>What a fresh process does in <see cref="MemoryAllocatorTests"/>.</summary>
internal static partial class MemoryProbe
{
    private const int BlockSize = 64 << 20;

    public static string Tune() => MemoryAllocator.Tune() ? $"True, block {(KeepsFreedBlock() ? "kept" : "returned")}" : "False";

    /// <summary>A block below the threshold lies on the heap, and one below the trim threshold leaves it there when freed.</summary>
    private static bool KeepsFreedBlock()
    {
        Free(Allocate(BlockSize));
        return HeapSize() >= BlockSize;
    }

    private static long HeapSize() => File.ReadLines("/proc/self/maps").Where(l => l.EndsWith("[heap]", StringComparison.Ordinal))
        .Select(l => l.Split(' ')[0].Split('-').Select(a => Convert.ToInt64(a, 16)).ToArray()).Sum(r => r[1] - r[0]);

    [LibraryImport("libc.so.6", EntryPoint = "malloc")]
    private static partial nint Allocate(nint size);

    [LibraryImport("libc.so.6", EntryPoint = "free")]
    private static partial void Free(nint block);
}
