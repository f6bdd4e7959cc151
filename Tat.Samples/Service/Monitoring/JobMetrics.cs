using System.Diagnostics.Metrics;
using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Monitoring;

/// <summary>Counts jobs and attempts at them; how long restorations take is measured by the pool that does them.</summary>
public sealed class JobMetrics
{
    public const string MeterName = "Tat.Samples.Service";

    private readonly Counter<long> _attempts;

    public JobMetrics(IMeterFactory meters, JobStore store)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>(
            "tat.attempts", description: "Attempts at jobs, by how they ended and by the kind of failure.");
        foreach (var state in new[] { JobState.Queued, JobState.Running })
        {
            meter.CreateObservableGauge($"tat.jobs.{state.ToString().ToLowerInvariant()}",
                () => store.CountAsync(state).GetAwaiter().GetResult(), description: "Jobs in this state.");
        }
    }

    /// <summary>Tells of an attempt that has ended.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="kind">The kind of failure, where it failed.</param>
    public void Ended(string outcome, string? kind = null) =>
        _attempts.Add(1, new("outcome", outcome), new("kind", kind ?? ""));
}
