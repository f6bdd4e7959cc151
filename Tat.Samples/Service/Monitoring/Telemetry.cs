using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Tat.MLNet.Serving;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Monitoring;

/// <summary>Measurements for Prometheus, and measurements and traces for a collector where the settings name one.</summary>
internal static class Telemetry
{
    private const string ServiceName = "tat-service", QueueSource = "Wolverine";

    /// <summary>Adds it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">The settings.</param>
    /// <param name="meters">The names of the meters to read.</param>
    public static void AddTelemetry(this IServiceCollection services, ServiceOptions options, params string[] meters)
    {
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(ServiceName))
            .WithMetrics(metrics => metrics
                .AddMeter([.. meters, TatTelemetry.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime"])
                .AddPrometheusExporter());
        if (options.OtlpUrl is { } url)
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(exporter => SendTo(exporter, url, "metrics")))
                .WithTracing(traces => traces
                    .SetSampler(new AlwaysOnSampler()) // requests, which may name patients, are not traced, but what they begin is
                    .AddSource(JobActivities.SourceName, QueueSource, TatTelemetry.ActivitySourceName)
                    .AddOtlpExporter(exporter => SendTo(exporter, url, "traces")));
        }
    }

    private static void SendTo(OtlpExporterOptions exporter, string url, string signal) =>
        (exporter.Protocol, exporter.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new($"{url.TrimEnd('/')}/v1/{signal}"));
}
