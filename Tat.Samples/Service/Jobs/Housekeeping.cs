using Microsoft.Extensions.Options;
using Tat.Samples.Service.Background;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Jobs;

/// <summary>Removes what a killed service has left, and jobs that have been kept long enough.</summary>
internal sealed partial class Housekeeping(
    JobStore store, JobFolders folders, JobRemover remover, IOptions<ServiceOptions> options, ILogger<Housekeeping> log)
    : RecurringWork(TimeSpan.FromMinutes(10))
{
    private const int AtOnce = 500;

    /// <summary>
    /// Runs before requests are taken: no upload is under way here, and none elsewhere that began a day ago.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var settled = DateTimeOffset.UtcNow - (options.Value.IsDistributed ? TimeSpan.FromDays(1) : TimeSpan.Zero);
        foreach (var ids in (await folders.BegunAsync(cancellationToken)).Where(id => JobFolders.TimeOf(id) <= settled).Chunk(AtOnce))
        {
            var states = await store.StatesAsync(ids, cancellationToken);
            foreach (var id in ids)
            {
                if (!states.TryGetValue(id, out var state))
                {
                    await folders.RemoveUploadAsync(id);
                    await folders.RemoveBegunAsync(id, cancellationToken);
                }
                else if (state is not (JobState.Queued or JobState.Running))
                {
                    await folders.RemoveBegunAsync(id, cancellationToken);
                }
            }
        }

        foreach (var results in (await folders.ResultsAsync(cancellationToken)).Chunk(AtOnce))
        {
            foreach (var result in results.Except(await store.ResultsAmongAsync(results, cancellationToken)))
            {
                await remover.RemoveUnusedAsync(result);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (options.Value.RetentionDays is > 0 and var days)
        {
            foreach (var job in await store.FinishedBeforeAsync(DateTimeOffset.UtcNow.AddDays(-days), cancellationToken))
            {
                await remover.RemoveAsync(job);
                Removed(job.Id);
            }
        }
    }

    protected override void NotDone(string kind) => NotRemoved(kind);

    [LoggerMessage(10, LogLevel.Information, "Job {Id} has been kept long enough and was removed.")]
    private partial void Removed(Guid id);

    [LoggerMessage(11, LogLevel.Warning, "Old jobs were not removed: {Kind}; it is tried again.")]
    private partial void NotRemoved(string kind);
}
