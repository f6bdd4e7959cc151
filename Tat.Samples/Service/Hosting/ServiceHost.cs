using System.Text.Json;
using System.Text.Json.Serialization;
using JasperFx.Resources;
using Microsoft.EntityFrameworkCore;
using OpenTelemetry.Metrics;
using Tat.Samples.Service.Api;
using Tat.Samples.Service.Dicomweb;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Monitoring;
using Tat.Samples.Service.Restoring;
using Tat.Samples.Service.Security;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;
using Tat.Samples.Service.Viewing;
using Weasel.Core;
using Weasel.Sqlite;
using Wolverine;
using Wolverine.EntityFrameworkCore;
using Wolverine.ErrorHandling;
using Wolverine.Sqlite;

namespace Tat.Samples.Service.Hosting;

/// <summary>Puts the service together.</summary>
public static class ServiceHost
{
    /// <summary>Makes the service, to be run.</summary>
    /// <param name="args">Configuration on the command line, such as <c>--Service:Data=/srv/tat</c>.</param>
    public static WebApplication Create(params string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var section = builder.Configuration.GetSection(ServiceOptions.Section);
        var options = section.Get<ServiceOptions>() ?? new();
        options.Validate();
        PublicAddresses.Check(builder.Configuration, options);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = options.MaximumUploadBytes;
        });
        builder.Services.AddWindowsService();
        builder.Services.Configure<ServiceOptions>(section);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false)));
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemWriter>();
        builder.Services.AddOpenApi();
        builder.Services.AddGuard(options);
        builder.Services.AddSingleton<JobFolders>();
        builder.Services.AddSingleton<JobStore>();
        builder.Services.AddSingleton<JobRunner>();
        builder.Services.AddSingleton<JobRemover>();
        builder.Services.AddSingleton<JobScans>();
        builder.Services.AddSingleton<JobIntake>();
        builder.Services.AddSingleton<ServedModel>();
        builder.Services.AddSingleton<ScanRestorer>();
        builder.Services.AddViewing();
        builder.Services.AddSingleton<SeriesStore>();
        builder.Services.AddSingleton<SeriesReceiver>();
        builder.Services.AddSingleton<SeriesSubmission>();
        builder.Services.AddHostedService<SeriesWatch>();
        AddQueues(builder, options);
        AddMonitoring(builder);
        builder.Services.AddHostedService<Housekeeping>();

        var app = builder.Build();
        _ = app.Services.GetRequiredService<JobMetrics>(); // which measures from the start
        _ = app.Services.GetRequiredService<SeriesMetrics>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseGuard(options);
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapOpenApi();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains(ReadyCheck.Tag) });
        app.MapPrometheusScrapingEndpoint();
        app.MapJobs();
        app.MapModels();
        app.MapViewing();
        app.MapSeries();
        app.MapDicomweb();
        return app;
    }

    private static void AddMonitoring(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<JobMetrics>();
        builder.Services.AddSingleton<SeriesMetrics>();
        builder.Services.AddHealthChecks().AddCheck<ReadyCheck>(ReadyCheck.Tag, tags: [ReadyCheck.Tag]);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(JobMetrics.MeterName, SeriesMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddPrometheusExporter());
    }

    private static void AddQueues(WebApplicationBuilder builder, ServiceOptions options)
    {
        JobFolders.CreatePrivate(options.Data);
        var database = $"Data Source={Path.Combine(Path.GetFullPath(options.Data), "service.db")}";
        builder.Services.AddDbContextWithWolverineIntegration<JobsContext>(context => context.UseSqlite(database));
        builder.Services.AddSingleton<Migrator, SqliteMigrator>();
        builder.Services.AddResourceSetupOnStartup();
        builder.Host.UseWolverine(queues =>
        {
            queues.Durability.Mode = DurabilityMode.Solo;
            queues.ApplicationAssembly = typeof(ServiceHost).Assembly;
#if WRITES_HANDLERS
            queues.UseRuntimeCompilation();
#else
            queues.CodeGeneration.TypeLoadMode = JasperFx.CodeGeneration.TypeLoadMode.Static;
#endif
            queues.DefaultExecutionTimeout = TimeSpan.FromDays(7);
            queues.UseSqlitePersistenceAndTransport(database);
            queues.UseEntityFrameworkCoreTransactions();
            queues.UseEntityFrameworkCoreWolverineManagedMigrations();
            queues.Policies.UseDurableOutboxOnAllSendingEndpoints();
            queues.Policies.OnAnyException().PauseThenRequeue(TimeSpan.FromSeconds(2));
            queues.Discovery.DisableConventionalDiscovery().IncludeType(typeof(RestoreHandler));
            queues.PublishMessage<RestoreUrgent>().ToSqliteQueue("urgent");
            queues.PublishMessage<RestoreBatch>().ToSqliteQueue("batch");
            foreach (var queue in new[] { "urgent", "batch" })
            {
                queues.ListenToSqliteQueue(queue).MaximumMessagesToReceive(1).PollingInterval(TimeSpan.FromSeconds(0.5))
                    .UseDurableInbox().MaximumParallelMessages(options.Concurrency);
            }
        });
    }
}
