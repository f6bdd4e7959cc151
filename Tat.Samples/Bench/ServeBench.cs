using System.Collections.Concurrent;
using System.Diagnostics;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;

namespace Tat.Samples.Bench;

/// <summary>
/// Callers of one restorer, each of which restores small images one after the other, while a large one may be on its way.
/// </summary>
/// <param name="restorer">The restorer.</param>
/// <param name="size">Side of the small images.</param>
/// <param name="large">Side of the large one.</param>
internal sealed class ServeBench(IImageRestorer restorer, int size, int large)
{
    /// <summary>Measures.</summary>
    /// <param name="callers">How many callers.</param>
    /// <param name="images">Images of each, after a first one for warmth.</param>
    /// <param name="besideLarge">Whether a large image is restored at the same time; it is cancelled at the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ServeRow Measure(int callers, int images, bool besideLarge, CancellationToken cancellationToken)
    {
        Restore(size, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var begun = new ManualResetEventSlim(!besideLarge);
        var beside = besideLarge ? Task.Factory.StartNew(Large, TaskCreationOptions.LongRunning) : Task.CompletedTask;
        begun.Wait(cancellationToken);
        var times = new ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        Task[] all = [.. Enumerable.Range(0, callers).Select(_ => Task.Factory.StartNew(Small, TaskCreationOptions.LongRunning))];
        Task.WaitAll(all, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        stop.Cancel();
        beside.GetAwaiter().GetResult();
        double[] ordered = [.. times.Order()];
        return new(
            callers, size, besideLarge ? large : null, ordered[ordered.Length / 2],
            ordered[Math.Min(ordered.Length - 1, ordered.Length * 95 / 100)], ordered[^1], ordered.Length / seconds,
            besideLarge ? clock.Elapsed.TotalMilliseconds : null);

        void Small()
        {
            for (var i = 0; i < images; i++)
            {
                var started = Stopwatch.GetTimestamp();
                Restore(size, cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        void Large()
        {
            begun.Set();
            try
            {
                while (true)
                {
                    Restore(large, stop.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // As it is meant.
            }
        }
    }

    private void Restore(int side, CancellationToken cancellationToken)
    {
        var task = restorer.Tasks[0];
        var pixels = new float[side * side];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = 0.5f + (0.4f * MathF.Sin(i * 0.05f));
        }

        task.NormalizationRange.Denormalize(pixels, pixels);
        restorer.Restore([new ImageSlice(pixels, side, side)], [task], cancellationToken: cancellationToken);
    }
}

/// <summary>How long small images took, in milliseconds.</summary>
/// <param name="Callers">Callers at the same time.</param>
/// <param name="Size">Side of the images.</param>
/// <param name="Large">Side of the large image beside them; <see langword="null"/> for none.</param>
/// <param name="Median">Half of the images took no longer.</param>
/// <param name="P95">95 of 100 took no longer.</param>
/// <param name="Longest">The longest.</param>
/// <param name="PerSecond">Small images per second, of all callers together.</param>
/// <param name="CancelledAfter">How long the large image went on after it was cancelled.</param>
internal sealed record ServeRow(
    int Callers, int Size, int? Large, double Median, double P95, double Longest, double PerSecond, double? CancelledAfter);
