namespace Tat.Samples.Shell;

/// <summary>
/// What signals mean: the first asks a command to stop, which leaves nothing half-written and saves what it has; a later one ends the
/// process. A signal that comes again at once counts as the same: whoever ends a group of processes sends it to each, and some of them hand
/// it on.
/// </summary>
internal sealed class Interruption(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _same = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _source = new();
    private long _first;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Takes a signal.</summary>
    /// <param name="isUrgent">Whether a person has sent it, who may lose patience; a service that wants an end at once has a signal that
    /// cannot be taken.</param>
    /// <returns>Whether the process goes on to its orderly end.</returns>
    public bool Take(bool isUrgent)
    {
        lock (_gate)
        {
            if (!_source.IsCancellationRequested)
            {
                _first = time.GetTimestamp();
                _source.Cancel();
                return true;
            }

            return !isUrgent || time.GetElapsedTime(_first) < _same;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
