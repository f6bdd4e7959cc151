namespace Tat.Torch.Runtime;

/// <summary>Lets work through as long as what it needs together stays within a budget; one piece of work always passes.</summary>
internal sealed class BudgetGate(long budget)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _used;

    /// <summary>What all work together may need, in bytes.</summary>
    public long Budget => budget;

    /// <summary>Waits until the budget has room, first come first served.</summary>
    /// <param name="amount">What the work needs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>To be disposed when the work is done.</returns>
    public IDisposable Enter(long amount, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            waiter = new Waiter(this, amount);
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
        while (_waiting.First is { } first && (_used == 0 || first.Value.Amount <= budget - _used))
        {
            _waiting.RemoveFirst();
            _used += first.Value.Amount;
            first.Value.Admitted.Set();
        }
    }

    private sealed class Waiter : IDisposable
    {
        private readonly BudgetGate _gate;
        private bool _left;

        public Waiter(BudgetGate gate, long amount)
        {
            _gate = gate;
            Amount = amount;
            Node = new LinkedListNode<Waiter>(this);
        }

        public long Amount { get; }

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
                    _gate._used -= Amount;
                }

                _gate.Admit();
            }

            Admitted.Dispose();
        }
    }
}
