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

    // For threads that compute on no core of their own: the one of large images, and all the others.
    private const int OtherHeaps = 2;

    // Small images between two returns of what has become free: some seconds of work, to which a return adds some milliseconds.
    private const int ImagesPerTrim = 256;

    private static readonly Lazy<bool> _tuned = new(Apply);
    private static int _images;

    /// <summary>
    /// Makes glibc keep freed blocks up to 1 GiB for the next operator, in place of returning them to the system, and two heaps more than
    /// cores at most.
    /// </summary>
    /// <returns>Whether it applied: true on Linux with glibc, false elsewhere, where nothing changes. Further calls do nothing
    /// more.</returns>
    /// <remarks>
    /// <para>Each operator of a network writes its result into fresh memory. By default glibc asks the system for every large block
    /// and gives it back at once, and the page faults add to the time of the arithmetic. Threads have heaps of their own, up to eight for
    /// each core, and what is free in one is of no use to another: one for each core, one for large images and one for the rest of the
    /// program are enough.</para>
    /// <para>The price is that the process keeps the memory of its largest moment, until <see cref="Trim"/> is called; training does so
    /// after each validation and checkpoint, and restoring many small images now and then. The setting concerns the whole process, so that
    /// the choice is the program's: call this once at start, before large work. The environment variables
    /// <c>MALLOC_MMAP_THRESHOLD_</c>, <c>MALLOC_TRIM_THRESHOLD_</c> and <c>MALLOC_ARENA_MAX</c> do the same from outside.</para>
    /// </remarks>
    public static bool Tune() => _tuned.Value;

    /// <summary>
    /// Returns what is free in glibc's heaps to the system: for a program that has been tuned, when it has little to do for a while.
    /// </summary>
    /// <returns>Whether it applied: true on Linux with glibc, false elsewhere, where nothing changes.</returns>
    /// <remarks>
    /// Takes some milliseconds, during which other threads may wait for memory; and what is needed again costs page faults.
    /// </remarks>
    public static bool Trim()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            // Its result tells whether any memory was free.
            _ = ReturnFree(0);
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>
    /// Trims a program that has been tuned. Where the heaps keep what is free, blocks that outlive others split it into ever more pieces,
    /// so that it grows slowly; returned from time to time, it does not.
    /// </summary>
    internal static void TrimIfTuned()
    {
        if (_tuned is { IsValueCreated: true, Value: true })
        {
            Trim();
        }
    }

    /// <summary>Counts an image that was restored on one core, and trims now and then.</summary>
    internal static void CountImage()
    {
        if (Interlocked.Increment(ref _images) % ImagesPerTrim == 0)
        {
            TrimIfTuned();
        }
    }

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
            return keepsBlocks && SetOption(TrimThreshold, int.MaxValue) != 0
                && SetOption(ArenaMax, Environment.ProcessorCount + OtherHeaps) != 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int ReturnFree(nuint pad);
}
