using System.Runtime.InteropServices;
using Tat.Torch.Runtime;

namespace Tat.Tests.Runtime;

/// <summary>What a fresh process does in <see cref="MemoryAllocatorTests"/>.</summary>
internal static partial class MemoryProbe
{
    private const int BlockSize = 64 << 20;

    public static unsafe string Tune()
    {
        if (!MemoryAllocator.Tune())
        {
            return MemoryAllocator.Trim().ToString();
        }

        var before = Environment.WorkingSet;
        var block = Allocate(BlockSize);
        new Span<byte>((void*)block, BlockSize).Fill(1);
        Free(block);
        var kept = Environment.WorkingSet - before > BlockSize / 2;
        var trimmed = MemoryAllocator.Trim();
        return $"{trimmed}, block {(kept ? "kept" : "returned")}, then "
            + $"{(Environment.WorkingSet - before > BlockSize / 2 ? "kept" : "returned")}";
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc")]
    private static partial nint Allocate(nint size);

    [LibraryImport("libc.so.6", EntryPoint = "free")]
    private static partial void Free(nint block);
}
