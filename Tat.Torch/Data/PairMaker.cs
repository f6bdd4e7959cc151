using System.Collections.Concurrent;

namespace Tat.Torch.Data;

/// <summary>
/// Makes pairs on a thread of its own before they are needed. Whoever needs one that is not there yet makes it, or waits while it is being
/// made.
/// </summary>
internal sealed class PairMaker : IDisposable
{
    private readonly BlockingCollection<Lazy<NormalizedPair>> _wanted = [];
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;

    /// <summary>Lets a pair be made, after those that were wanted before.</summary>
    public void Want(Lazy<NormalizedPair> pair)
    {
        if (_thread is null)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "TAT counterparts" };
            _thread.Start();
        }

        _wanted.Add(pair);
    }

    /// <summary>Stops the thread, after the pair that it is making.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _wanted.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (var pair in _wanted.GetConsumingEnumerable(_stop.Token))
            {
                try
                {
                    _ = pair.Value;
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    // The pair keeps it for whoever needs the pair.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
