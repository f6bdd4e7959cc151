using Tat.Torch.Randomness;

namespace Tat.Torch.Data;

/// <summary>The order of a task's endless list: one permutation of its pairs after another. Not safe for concurrent use.</summary>
internal sealed class PairOrder(ulong seed, int task, int count)
{
    private long _epoch = -1;
    private int[] _order = [];

    /// <summary>The pair at a position, or <paramref name="skip"/> places further in the same permutation.</summary>
    public int At(long position, int batchSize, int skip)
    {
        // The last incomplete batch is dropped, unless the list is shorter than a batch.
        var length = count < batchSize ? count : count - (count % batchSize);
        var epoch = position / length;
        if (epoch != _epoch)
        {
            _order = [.. Enumerable.Range(0, count)];
            new RandomStream(seed, Streams.ListOrder, task, epoch).Shuffle<int>(_order);
            _epoch = epoch;
        }

        return _order[((position % length) + skip) % count];
    }
}
