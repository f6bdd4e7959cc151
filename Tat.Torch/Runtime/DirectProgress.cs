namespace Tat.Torch.Runtime;

/// <summary>Hands reports on at once and in order, one at a time, which <see cref="Progress{T}"/> does not.</summary>
/// <param name="report">Takes them, on the thread that reports.</param>
internal sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Report(T value)
    {
        lock (_gate)
        {
            report(value);
        }
    }
}
