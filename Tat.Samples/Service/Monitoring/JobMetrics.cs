using System.Diagnostics.Metrics;
using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Monitoring;

/// <summary>Counts jobs and measures how long they take.</summary>
public sealed class JobMetrics
{
    public const string MeterName = "Tat.Samples.Service";

    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _seconds;

    public JobMetrics(IMeterFactory meters, JobStore store)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>(
            "tat.attempts", description: "Attempts at jobs, by how they ended and by the kind of failure.");
        _seconds = meter.CreateHistogram<double>("tat.attempt.duration", "s", "Seconds that attempts took, by how they ended.");
        foreach (var state in new[] { JobState.Queued, JobState.Running })
        {
            meter.CreateObservableGauge($"tat.jobs.{state.ToString().ToLowerInvariant()}",
                () => store.CountAsync(state).GetAwaiter().GetResult(), description: "Jobs in this state.");
        }
    }

    /// <summary>Tells of an attempt that has ended.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="time">How long it took.</param>
    /// <param name="kind">The kind of failure, where it failed.</param>
    public void Ended(string outcome, TimeSpan time, string? kind = null)
    {
        _attempts.Add(1, new("outcome", outcome), new("kind", kind ?? ""));
        _seconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
    }
}
