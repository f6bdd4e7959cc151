using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Monitoring;

/// <summary>Counts jobs and attempts at them, and measures how long these take; the pool measures each restoration.</summary>
public sealed class JobMetrics
{
    public const string MeterName = "Tat.Samples.Service";

    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _pace;

    public JobMetrics(IMeterFactory meters, JobStore store)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>(
            "tat.attempts", description: "Attempts at jobs, by how they ended and by the kind of failure.");
        _pace = meter.CreateHistogram("tat.attempt.pace", "s/{megapixel}",
            "Seconds of an attempt for each megapixel that it restored, each orientation counted, waiting not included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100] });
        foreach (var state in new[] { JobState.Queued, JobState.Running })
        {
            meter.CreateObservableGauge($"tat.jobs.{state.ToString().ToLowerInvariant()}",
                () => store.CountAsync(state).GetAwaiter().GetResult(), description: "Jobs in this state.");
        }
    }

    /// <summary>Tells of an attempt that has ended.</summary>
    /// <param name="activity">Its trace.</param>
    /// <param name="outcome">How.</param>
    /// <param name="kind">The kind of failure, where it failed.</param>
    public void Ended(Activity? activity, string outcome, string? kind = null)
    {
        _attempts.Add(1, new("outcome", outcome), new("kind", kind ?? ""));
        activity?.SetTag("tat.outcome", outcome).SetTag("tat.kind", kind)
            .SetStatus(kind is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
    }

    /// <summary>Tells how long an attempt took that restored something.</summary>
    /// <param name="model">The model that was asked for; <see langword="null"/> for the default.</param>
    /// <param name="time">How long.</param>
    /// <param name="pixels">How much it restored.</param>
    public void Restored(string? model, TimeSpan time, long pixels) =>
        _pace.Record(time.TotalSeconds * 1e6 / Math.Max(1, pixels), new KeyValuePair<string, object?>(
            "model", model ?? ServiceOptions.DefaultModel));
}
