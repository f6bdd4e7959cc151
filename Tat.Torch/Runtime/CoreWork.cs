namespace Tat.Torch.Runtime;

/// <summary>Work for one core or for all.</summary>
/// <param name="cores">How many it has.</param>
/// <param name="size">How much there is to do, in pixels; zero for work that gives no way to other work, nor is given any.</param>
/// <param name="action">The work.</param>
/// <param name="cancellation">Whether it is still wanted.</param>
internal sealed class CoreWork(int cores, long size, Action action, CancellationToken cancellation)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Cores => cores;

    public long Size => size;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Is set when the work no longer waits.</summary>
    public ManualResetEventSlim Begun { get; } = new();

    /// <summary>Ends with the work, or with what it has thrown.</summary>
    public Task End => _end.Task;

    /// <summary>Takes back the cores, where the work has its own.</summary>
    public Action<CoreWork>? Ended { get; set; }

    /// <summary>Does the work; what it throws is for those who wait for its end.</summary>
    public void Run()
    {
        Exception? problem = null;
        try
        {
            action();
        }
        catch (Exception thrown)
        {
            problem = thrown;
        }

        Ended?.Invoke(this);
        if (problem is null)
        {
            _end.SetResult();
        }
        else
        {
            _end.SetException(problem);
        }
    }
}
