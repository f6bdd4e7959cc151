using System.Diagnostics.Metrics;

namespace Tat.Samples.Service.Series;

/// <summary>Counts received series.</summary>
internal sealed class SeriesMetrics
{
    public const string MeterName = "Tat.Samples.Service.Series";

    public SeriesMetrics(IMeterFactory meters, SeriesStore store)
    {
        var meter = meters.Create(MeterName);
        foreach (var (name, state, what) in new[]
        {
            ("open", SeriesState.Collecting, "Received series that are not complete."),
            ("kept", SeriesState.Unmatched, "Received series that are kept and not restored."),
        })
        {
            meter.CreateObservableGauge($"tat.series.{name}", () => store.CountAsync(state).GetAwaiter().GetResult(), description: what);
        }
    }
}
