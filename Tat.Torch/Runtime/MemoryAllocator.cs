using System.Runtime.InteropServices;

namespace Tat.Torch.Runtime;

/// <summary>Adjusts the memory allocator of the process to LibTorch's habits on CPUs.</summary>
public static partial class MemoryAllocator
{
    // Parameters of glibc's mallopt (malloc.h).
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;
    private const int OneGibibyte = 1 << 30;
    private const int LargestBeforeGlibc235 = 32 << 20;

    private static readonly Lazy<bool> _tuned = new(Apply);

    /// <summary>Makes glibc keep freed blocks up to 1 GiB for the next operator, in place of returning them to the system, and not more heaps than cores.</summary>
    /// <returns>Whether it applied: true on Linux with glibc, false elsewhere, where nothing changes. Further calls do nothing more.</returns>
    /// <remarks>
    /// <para>Each operator of a network writes its result into fresh memory. By default glibc asks the system for every large block
    /// and gives it back at once, and the page faults add to the time of the arithmetic. Threads have heaps of their own, up to eight for each core,
    /// and what is free in one is of no use to another: one for each core is enough.</para>
    /// <para>The price is that the process keeps the memory of its largest moment until it ends. The setting concerns the whole
    /// process, so that the choice is the program's: call this once at start, before large work. The environment variables
    /// <c>MALLOC_MMAP_THRESHOLD_</c>, <c>MALLOC_TRIM_THRESHOLD_</c> and <c>MALLOC_ARENA_MAX</c> do the same from outside.</para>
    /// </remarks>
    public static bool Tune() => _tuned.Value;

    private static bool Apply()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }
        try
        {
            // musl has neither this file name nor the function.
            bool keepsBlocks = SetOption(MmapThreshold, OneGibibyte) != 0 || SetOption(MmapThreshold, LargestBeforeGlibc235) != 0;
            return keepsBlocks && SetOption(TrimThreshold, int.MaxValue) != 0 && SetOption(ArenaMax, Environment.ProcessorCount) != 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);
}
