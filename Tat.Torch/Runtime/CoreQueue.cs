namespace Tat.Torch.Runtime;

/// <summary>
/// Work that waits for cores: first come, first served, but that work which has cores may let a much smaller one come between its pieces.
/// </summary>
/// <param name="cores">The cores there are.</param>
/// <param name="start">Starts work that has got its cores, on a thread of its own.</param>
internal sealed class CoreQueue(int cores, Action<CoreWork> start)
{
    // Of work that comes between the pieces of another one; by it a chain of these is short.
    private const int TimesSmaller = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<CoreWork> _waiting = new();
    private int _used;

    /// <summary>Waits until work has begun, here or between the pieces of another one.</summary>
    /// <returns>Its end.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled before.</exception>
    public Task Enter(CoreWork work)
    {
        work.Ended = Leave;
        lock (_lock)
        {
            _waiting.AddLast(work);
            Admit();
        }

        try
        {
            work.Begun.Wait(work.Cancellation);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (_waiting.Remove(work))
                {
                    Admit();
                    throw;
                }
            }
        }

        return work.End;
    }

    /// <summary>
    /// Takes out the first work that waits for some cores and is much smaller than another one, which lends it its own; to be run by the
    /// caller.
    /// </summary>
    public CoreWork? TakeSmaller(CoreWork than, int cores)
    {
        if (than.Size == 0 || _waiting.Count == 0)
        {
            return null;
        }

        lock (_lock)
        {
            for (var node = _waiting.First; node is not null; node = node.Next)
            {
                if (node.Value.Cores == cores && node.Value.Size <= than.Size / TimesSmaller && node.Value.Size > 0)
                {
                    _waiting.Remove(node);
                    node.Value.Ended = null;
                    node.Value.Begun.Set();
                    return node.Value;
                }
            }

            return null;
        }
    }

    private void Leave(CoreWork work)
    {
        lock (_lock)
        {
            _used -= work.Cores;
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && first.Value.Cores <= cores - _used)
        {
            _waiting.RemoveFirst();
            _used += first.Value.Cores;
            first.Value.Begun.Set();
            start(first.Value);
        }
    }
}
