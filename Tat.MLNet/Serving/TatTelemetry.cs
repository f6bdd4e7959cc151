using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tat.MLNet.Serving;

/// <summary>The names under which a <see cref="RestorationPool"/> counts and traces; nothing reveals files, patients or pixel
/// values.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Instrument</term><description>What it measures</description></listheader>
/// <item><term><c>tat.restoration.duration</c></term><description>Histogram, seconds from the call to its result, waiting
/// included</description></item>
/// <item><term><c>tat.restoration.waiting</c></term><description>Calls that wait for their turn</description></item>
/// <item><term><c>tat.restoration.pixels</c></term><description>Pixels of images and volumes that were restored</description></item>
/// <item><term><c>tat.model.loads</c></term><description>Models that were loaded or refused</description></item>
/// </list>
/// <para>Their tags are <c>tat.kind</c> (<c>image</c>, <c>volume</c>, <c>scan</c>), <c>tat.task</c> (a task of the model, or
/// <c>unknown</c>) and <c>tat.outcome</c> (<c>ok</c>, <c>cancelled</c>, or the type of the exception). The activity is called
/// <c>tat.restore</c> and has the same tags.</para>
/// </remarks>
public static class TatTelemetry
{
    /// <summary>The name of the meter, for <c>AddMeter</c> of OpenTelemetry.</summary>
    public const string MeterName = "Tat.MLNet";

    /// <summary>The name of the source of activities, for <c>AddSource</c> of OpenTelemetry.</summary>
    public const string ActivitySourceName = "Tat.MLNet";

    private static readonly Meter _meter = new(MeterName);

    internal static ActivitySource Activities { get; } = new(ActivitySourceName);

    internal static Histogram<double> Durations { get; } =
        _meter.CreateHistogram<double>("tat.restoration.duration", "s", "Time from the call to its result.");

    internal static UpDownCounter<int> Waiting { get; } =
        _meter.CreateUpDownCounter<int>("tat.restoration.waiting", "{call}", "Calls that wait for their turn.");

    internal static Counter<long> Pixels { get; } =
        _meter.CreateCounter<long>("tat.restoration.pixels", "{pixel}", "Pixels of images and volumes that were restored.");

    internal static Counter<int> ModelLoads { get; } =
        _meter.CreateCounter<int>("tat.model.loads", "{model}", "Models that were loaded or refused.");
}
