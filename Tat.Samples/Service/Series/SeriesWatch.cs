using Microsoft.Extensions.Options;
using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Background;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Series;

/// <summary>Closes series when they are complete, and removes them when they have been kept long enough.</summary>
internal sealed partial class SeriesWatch(
    SeriesStore store, SeriesSubmission submission, ArchiveStore archive, JobFolders folders, IOptions<ServiceOptions> options,
    ILogger<SeriesWatch> log) : RecurringWork(TimeSpan.FromSeconds(0.5))
{
    private static readonly TimeSpan _cleaning = TimeSpan.FromMinutes(10), _unfinished = TimeSpan.FromHours(1);
    private DateTimeOffset _cleaned = DateTimeOffset.MinValue;

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken);
        if (DateTimeOffset.UtcNow - _cleaned > _cleaning)
        {
            await CleanAsync(cancellationToken);
            _cleaned = DateTimeOffset.UtcNow;
        }
    }

    protected override void NotDone(string kind) => Failed(kind);

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        var quietSince = DateTimeOffset.UtcNow.AddSeconds(-options.Value.Dicom.QuietSeconds);
        foreach (var series in await store.CompleteAsync(quietSince, cancellationToken))
        {
            try
            {
                await submission.CloseAsync(series, cancellationToken);
            }
            catch (ServiceProblem)
            {
                // The queue is full, objects have come meanwhile, or another process has closed it: it is looked at again.
            }
        }
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        var keptSince = options.Value.RetentionDays is > 0 and var days ? DateTimeOffset.UtcNow.AddDays(-days) : (DateTimeOffset?)null;
        foreach (var id in await store.OutdatedAsync(keptSince, cancellationToken))
        {
            if (await store.DeleteAsync(id))
            {
                await folders.RemoveSeriesAsync(id);
            }
        }

        await archive.ForgetAsync(cancellationToken);

        // What a killed service has begun.
        foreach (var id in await folders.SeriesAsync(DateTimeOffset.UtcNow - _unfinished, cancellationToken))
        {
            if (await store.FindAsync(id, cancellationToken) is null)
            {
                await folders.RemoveSeriesAsync(id);
            }
        }
    }

    [LoggerMessage(32, LogLevel.Warning, "Received series were not looked after: {Kind}; it is tried again.")]
    private partial void Failed(string kind);
}
