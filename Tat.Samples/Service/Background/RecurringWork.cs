namespace Tat.Samples.Service.Background;

/// <summary>Work that is done again and again while the service runs; what fails is told, and done the next time.</summary>
/// <param name="interval">From one time to the next.</param>
internal abstract class RecurringWork(TimeSpan interval) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        do
        {
            try
            {
                await WorkAsync(stoppingToken);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                NotDone(problem.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Does it once.</summary>
    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    /// <summary>Tells that it failed, by the kind of the failure: messages may name patients.</summary>
    protected abstract void NotDone(string kind);
}
