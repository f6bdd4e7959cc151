using System.Runtime.InteropServices;

namespace Tat.Torch.Model.Recording;

/// <summary>
/// Memory that is handed out piece by piece and taken back from the end, for one thread: the same pages serve each pass of a training.
/// </summary>
internal sealed unsafe class Arena : IDisposable
{
    private const nint BlockLength = 1 << 20;
    private const nint Alignment = 64 / sizeof(float);

    private readonly List<(nint Start, nint Length)> _blocks = [];

    /// <summary>Where the next piece begins; to be given to <see cref="Release"/>.</summary>
    public (int Block, nint Used) Position { get; private set; }

    /// <summary>Uninitialised floats, rounded up to whole vectors.</summary>
    public float* Take(nint count)
    {
        // With a cache line to spare: pieces of 2^n floats would all begin in the same set of the cache.
        count = (count + (2 * Alignment) - 1) / Alignment * Alignment;
        var (block, used) = Position;
        while (block < _blocks.Count && used + count > _blocks[block].Length)
        {
            (block, used) = (block + 1, 0);
        }

        if (block == _blocks.Count)
        {
            var length = Math.Max(BlockLength, count);
            _blocks.Add(((nint)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), (nuint)Alignment * sizeof(float)), length));
        }

        Position = (block, used + count);
        return (float*)_blocks[block].Start + used;
    }

    /// <summary>So many zeros.</summary>
    public float* TakeZeros(nint count)
    {
        var floats = Take(count);
        NativeMemory.Clear(floats, (nuint)count * sizeof(float));
        return floats;
    }

    /// <summary>Takes back all that was handed out since.</summary>
    public void Release((int Block, nint Used) position) => Position = position;

    public void Dispose()
    {
        foreach (var (start, _) in _blocks)
        {
            NativeMemory.AlignedFree((void*)start);
        }

        _blocks.Clear();
        Position = default;
    }
}
