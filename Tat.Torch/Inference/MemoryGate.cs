namespace Tat.Torch.Inference;

/// <summary>Lets work through as long as what it needs together stays within a budget; one piece of work always passes.</summary>
internal sealed class MemoryGate(long budget)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _used;

    /// <summary>Bytes that all work together may need.</summary>
    public long Budget => budget;

    /// <summary>Waits for memory, first come first served.</summary>
    /// <param name="bytes">What the work needs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>To be disposed when the work is done.</returns>
    public IDisposable Enter(long bytes, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            waiter = new Waiter(this, bytes);
            _waiting.AddLast(waiter.Node);
            Admit();
        }

        try
        {
            waiter.Admitted.Wait(cancellationToken);
            return waiter;
        }
        catch
        {
            waiter.Dispose();
            throw;
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && (_used == 0 || first.Value.Bytes <= budget - _used))
        {
            _waiting.RemoveFirst();
            _used += first.Value.Bytes;
            first.Value.Admitted.Set();
        }
    }

    private sealed class Waiter : IDisposable
    {
        private readonly MemoryGate _gate;
        private bool _left;

        public Waiter(MemoryGate gate, long bytes)
        {
            _gate = gate;
            Bytes = bytes;
            Node = new LinkedListNode<Waiter>(this);
        }

        public long Bytes { get; }

        public LinkedListNode<Waiter> Node { get; }

        public ManualResetEventSlim Admitted { get; } = new();

        public void Dispose()
        {
            lock (_gate._lock)
            {
                if (_left)
                {
                    return;
                }

                _left = true;
                if (Node.List is not null)
                {
                    _gate._waiting.Remove(Node);
                }
                else
                {
                    _gate._used -= Bytes;
                }

                _gate.Admit();
            }

            Admitted.Dispose();
        }
    }
}
