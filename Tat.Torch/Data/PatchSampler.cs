using Tat.Torch.Randomness;

namespace Tat.Torch.Data;

/// <summary>
/// Draws the patches of each iteration: from each task's own shuffled list, random crops, all tasks concatenated and shuffled.
/// </summary>
/// <remarks>
/// What an iteration gets depends on the seed and the iteration alone: orders, crops and turns are drawn from random streams named by them.
/// So no state needs saving, and it makes no difference who asks when. A list that ends is shuffled anew; the last incomplete batch of a
/// list is dropped. Pairs that are renewed while training are taken from a <see cref="PairWindow"/>.
/// An image smaller than the patch is continued by mirroring, without repeating the edge.
/// </remarks>
internal sealed class PatchSampler(PairPool[] pools, SamplingPlan plan, ulong seed, bool flipAndTurn, bool skipUnreadable) : IDisposable
{
    private readonly PairOrder[] _orders = [.. pools.Select((pool, task) => new PairOrder(seed, task, pool.Count))];
    private readonly PairMaker _maker = new();

    private PairWindow?[] Windows =>
        field ??= [.. pools.Select((pool, task) => pool.Uses == 0 ? null : new PairWindow(pool, _orders[task], task, seed, _maker))];

    /// <inheritdoc/>
    public void Dispose() => _maker.Dispose();

    /// <summary>The patches of an iteration, from 1. Not safe for concurrent use.</summary>
    /// <exception cref="IOException">A pair cannot be read, and unreadable pairs are not to be skipped.</exception>
    public TrainingBatch Sample(long iteration)
    {
        var stage = plan.StageOf(iteration);
        var slots = new List<(int Task, long Position)>();
        for (var task = 0; task < pools.Length; task++)
        {
            var (first, end) = (plan.TakenBefore(task, iteration), plan.TakenBefore(task, iteration + 1));
            Windows[task]?.MoveTo(first, end);
            for (var position = first; position < end; position++)
            {
                slots.Add((task, position));
            }
        }

        var mixed = slots.ToArray();
        new RandomStream(seed, Streams.BatchOrder, iteration).Shuffle<(int, long)>(mixed);

        var batch = new TrainingBatch(iteration, mixed.Length, stage.PatchSize);
        for (var i = 0; i < mixed.Length; i++)
        {
            Fill(batch, i, mixed[i].Task, mixed[i].Position, stage.BatchSizePerTask);
        }

        return batch;
    }

    private void Fill(TrainingBatch batch, int slot, int task, long position, int batchSize)
    {
        var pair = Read(batch, task, position, batchSize);
        var random = new RandomStream(seed, Streams.Patch, task, position);
        var size = batch.PatchSize;
        var top = random.Next(Math.Max(1, pair.Height - size + 1));
        var left = random.Next(Math.Max(1, pair.Width - size + 1));
        var turn = flipAndTurn ? random.Next(8) : 0;
        var length = size * size;
        Cut(pair.LowQuality, pair, top, left, turn, batch.LowQuality.AsSpan(slot * length, length), size);
        Cut(pair.HighQuality, pair, top, left, turn, batch.HighQuality.AsSpan(slot * length, length), size);
        batch.Tasks[slot] = task;
        batch.Names[slot] = pair.Name;
    }

    /// <summary>Reads the pair at a position of a task's endless list; where it cannot be read, by option the next one that can.</summary>
    private NormalizedPair Read(TrainingBatch batch, int task, long position, int batchSize)
    {
        var pool = pools[task];
        var window = Windows[task];
        for (var attempt = 0; ; attempt++)
        {
            var index = window is null
                ? _orders[task].At(position, batchSize, attempt)
                : _orders[task].At(window.PlaceOf(position), 1, attempt);
            try
            {
                return window is null ? pool.Read(index) : window.At(position, attempt);
            }
            catch (Exception exception) when (UnreadableImage.Is(exception))
            {
                if (!skipUnreadable || attempt + 1 >= pool.Count)
                {
                    throw new IOException(
                        $"{pool.Task} training pair {index} cannot be read: {exception.Message} Repair or remove it"
                        + (skipUnreadable ? "; no other pair of the task can be read either." : ", or let unreadable pairs be skipped."),
                        exception);
                }

                batch.Skipped.Add($"{pool.Task} pair {index}: {exception.Message}");
            }
        }
    }

    /// <summary>Copies a patch; <paramref name="turn"/> 0–3 quarter turns, +4 mirrored first.</summary>
    private static void Cut(float[] image, NormalizedPair pair, int top, int left, int turn, Span<float> patch, int size)
    {
        if (turn == 0 && pair.Height >= size && pair.Width >= size)
        {
            for (var y = 0; y < size; y++)
            {
                image.AsSpan(((top + y) * pair.Width) + left, size).CopyTo(patch[(y * size)..]);
            }

            return;
        }

        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (v, u) = (turn & 3) switch
                {
                    1 => (x, size - 1 - y),
                    2 => (size - 1 - y, size - 1 - x),
                    3 => (size - 1 - x, y),
                    _ => (y, x),
                };
                u = turn >= 4 ? size - 1 - u : u;
                patch[(y * size) + x] = image[(Mirror(top + v, pair.Height) * pair.Width) + Mirror(left + u, pair.Width)];
            }
        }
    }

    /// <summary>The index inside an axis that a position beyond its end shows by mirroring: 0 1 2 1 0 1 2 …</summary>
    private static int Mirror(int position, int length)
    {
        if (position < length)
        {
            return position;
        }

        if (length == 1)
        {
            return 0;
        }

        position %= 2 * (length - 1);
        return position < length ? position : (2 * (length - 1)) - position;
    }
}
