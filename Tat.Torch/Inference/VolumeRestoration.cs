using System.Collections.Concurrent;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>Restores volumes slice by slice.</summary>
public static class VolumeRestoration
{
    // Slices that are read or finished ahead of the restorer: enough to hide reading and writing, few enough to stay small.
    private const int BatchesAhead = 2;

    /// <summary>Restores slices in order; reading them, restoring, and what the caller does with the results overlap in time.</summary>
    /// <param name="restorer">The model.</param>
    /// <param name="slices">The slices, in the task's unit, of any sizes; enumerated on another thread, a few slices ahead.</param>
    /// <param name="task">Their task, one of the restorer's.</param>
    /// <param name="progress">Is told the number of slices that are restored, with a fraction for a slice in tiles; by one thread at a
    /// time, not the caller's.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    /// <returns>As many slices of the same sizes, in the same order and unit; nothing happens until they are asked for.</returns>
    /// <exception cref="InvalidDataException">A slice has a NaN or infinite value (unless the restorer lets such slices pass).</exception>
    public static IEnumerable<ImageSlice> RestoreVolume(
        this IImageRestorer restorer, IEnumerable<ImageSlice> slices, RestorationTask task, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        ArgumentNullException.ThrowIfNull(slices);
        ArgumentNullException.ThrowIfNull(task);
        _ = restorer.Tasks[task.Name];
        return Run(restorer, slices, task, progress, cancellationToken);
    }

    /// <summary>
    /// Tells each slice of a volume what a task needs to know of the whole: its level, and how far its k-space is filled.
    /// </summary>
    /// <param name="slices">The slices of one volume, in the task's unit.</param>
    /// <param name="task">Their task.</param>
    /// <returns>The slices, with <see cref="ImageSlice.VolumeLevel"/> and <see cref="ImageSlice.VolumeExtent"/> where the task is scaled by
    /// volume and they have none; pixels are not copied.</returns>
    public static IReadOnlyList<ImageSlice> AsVolume(this IReadOnlyList<ImageSlice> slices, RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(slices);
        ArgumentNullException.ThrowIfNull(task);
        if (task.Scaling == IntensityScaling.Fixed)
        {
            return slices;
        }

        var level = IntensityLevel.Measure(slices);
        var extent = task.FitsResolution ? KSpaceFill.Measure(slices) : null;
        return [.. slices.Select(slice => slice.InVolume(slice.VolumeLevel ?? level, slice.VolumeExtent ?? extent))];
    }

    private static IEnumerable<ImageSlice> Run(IImageRestorer restorer, IEnumerable<ImageSlice> slices, RestorationTask task,
        IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var read = new BlockingCollection<List<ImageSlice>>(BatchesAhead);
        using var restored = new BlockingCollection<IReadOnlyList<ImageSlice>>(BatchesAhead);
        var reading = Stage(read, () => BatchPlan.OfEqualSize(slices, slice => (slice.Height, slice.Width)), stop);
        var restoring = Stage(restored, () => RestoreBatches(restorer, read.GetConsumingEnumerable(stop.Token), task, progress, stop.Token),
            stop);
        try
        {
            foreach (var slice in restored.GetConsumingEnumerable(CancellationToken.None).SelectMany(batch => batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return slice;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            // Where the caller stops early, or a stage failed, the others end too; the first failure is the one to tell.
            stop.Cancel();
            Finish(reading, restoring);
        }
    }

    private static IEnumerable<IReadOnlyList<ImageSlice>> RestoreBatches(
        IImageRestorer restorer, IEnumerable<List<ImageSlice>> batches, RestorationTask task, IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        var before = 0;
        foreach (var batch in batches)
        {
            yield return RestoreBatch(restorer, batch, before, task, progress, cancellationToken);
            before += batch.Count;
        }
    }

    private static IReadOnlyList<ImageSlice> RestoreBatch(IImageRestorer restorer, List<ImageSlice> batch, int before, RestorationTask task,
        IProgress<double>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return restorer.Restore(batch, [.. batch.Select(_ => task)],
                progress is null ? null : new BatchProgress(progress, before, batch.Count), cancellationToken);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"Of the slices from number {before} on: {failure.Message}", failure);
        }
    }

    /// <summary>Puts items into a queue on a thread of its own, and closes the queue at the end, however it comes.</summary>
    private static Task Stage<T>(BlockingCollection<T> queue, Func<IEnumerable<T>> items, CancellationTokenSource stop) =>
        Task.Factory.StartNew(
            () =>
            {
                try
                {
                    foreach (var item in items())
                    {
                        queue.Add(item, stop.Token);
                    }
                }
                catch
                {
                    stop.Cancel();
                    throw;
                }
                finally
                {
                    queue.CompleteAdding();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Finish(params Task[] stages)
    {
        var failures = new List<Exception>();
        foreach (var stage in stages)
        {
            try
            {
                stage.GetAwaiter().GetResult();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Find(failure => failure is not OperationCanceledException) is { } cause)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }
    }

    /// <summary>Makes a share of a batch a number of slices.</summary>
    private sealed class BatchProgress(IProgress<double> slices, int before, int count) : IProgress<double>
    {
        public void Report(double value) => slices.Report(before + (value * count));
    }
}
