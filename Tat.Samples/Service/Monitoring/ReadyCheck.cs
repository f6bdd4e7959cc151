using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Tat.MLNet.Serving;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Monitoring;

/// <summary>Whether jobs can be taken: the model is loaded, the jobs can be read, and the disk has room.</summary>
internal sealed class ReadyCheck(RestorationPool pool, JobStore store, JobFolders folders, IOptions<ServiceOptions> options) : IHealthCheck
{
    public const string Tag = "ready";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        _ = pool.Tasks;
        await store.CountAsync(JobState.Queued, cancellationToken);
        return folders.FreeBytes >= options.Value.MinimumFreeBytes
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The disk is nearly full.");
    }
}
