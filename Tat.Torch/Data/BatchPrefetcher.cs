using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Tat.Torch.Data;

/// <summary>Prepares the batches of the coming iterations on a thread of its own.</summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly BlockingCollection<(TrainingBatch? Batch, ExceptionDispatchInfo? Error)> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    /// <param name="sample">Makes the batch of an iteration; called from the thread alone.</param>
    /// <param name="first">The first iteration.</param>
    /// <param name="last">The last iteration.</param>
    /// <param name="ahead">How many batches may wait.</param>
    public BatchPrefetcher(Func<long, TrainingBatch> sample, long first, long last, int ahead = 3)
    {
        _ready = new(ahead);
        _thread = new Thread(() => Run(sample, first, last)) { IsBackground = true, Name = "TAT training data" };
        _thread.Start();
    }

    /// <summary>The next batch, in the order of the iterations.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public TrainingBatch Take(CancellationToken cancellationToken)
    {
        var (batch, error) = _ready.Take(cancellationToken);
        error?.Throw();
        return batch!;
    }

    /// <summary>Stops the thread, after the image that it is reading.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _ready.Dispose();
        _stop.Dispose();
    }

    private void Run(Func<long, TrainingBatch> sample, long first, long last)
    {
        try
        {
            for (var iteration = first; iteration <= last && !_stop.IsCancellationRequested; iteration++)
            {
                _ready.Add((sample(iteration), null), _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            try
            {
                _ready.Add((null, ExceptionDispatchInfo.Capture(exception)), _stop.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
