using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Models;

namespace Tat.Samples.Service.Monitoring;

/// <summary>Whether jobs can be taken: the models are loaded, jobs and images can be reached, and the disk has room.</summary>
internal sealed class ReadyCheck(ServedModels models, JobStore store, JobFolders folders) : IHealthCheck
{
    public const string Tag = "ready";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        _ = models.Names.Select(name => models[name].Tasks).ToList();
        await store.CountAsync(JobState.Queued, cancellationToken);
        await folders.CheckAsync(cancellationToken);
        return folders.HasRoom()
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The disk is nearly full.");
    }
}
