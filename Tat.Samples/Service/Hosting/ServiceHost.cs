using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tat.Samples.Service.Api;
using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Dicomweb;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Models;
using Tat.Samples.Service.Monitoring;
using Tat.Samples.Service.Restoring;
using Tat.Samples.Service.Security;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;
using Tat.Samples.Service.Viewing;

namespace Tat.Samples.Service.Hosting;

/// <summary>Puts the service together.</summary>
public static class ServiceHost
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2), _longestEnd = TimeSpan.FromSeconds(20);

    /// <summary>Makes the service, to be run.</summary>
    /// <param name="args">Configuration on the command line, such as <c>--Service:Data=/srv/tat</c>.</param>
    public static WebApplication Create(params string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--role"] = $"{ServiceOptions.Section}:Role" });
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
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.AllowDuplicateProperties = false;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
        builder.Services.AddProblemDetails();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // so that it says what is wrong
        builder.Services.AddExceptionHandler<ProblemWriter>();
        builder.Services.AddOpenApi();
        builder.Services.AddGuard(options);
        builder.Services.AddSingleton<IImageStore>(_ => Path.GetFullPath(options.Data) is var data && options.Bucket.Name is null
            ? new FolderStore(data, options.IsDistributed)
            : new BucketStore(options.Bucket, data));
        builder.Services.AddSingleton<JobFolders>();
        builder.Services.AddSingleton<JobStore>();
        builder.Services.AddSingleton<JobRunner>();
        builder.Services.AddSingleton<JobRemover>();
        builder.Services.AddSingleton<JobScans>();
        builder.Services.AddSingleton<Deidentification>();
        builder.Services.AddSingleton<JobIntake>();
        ServedModels.AddTo(builder.Services, options);
        builder.Services.AddSingleton<ScanRestorer>();
        builder.Services.AddViewing();
        builder.Services.AddSingleton<ArchiveStore>();
        builder.Services.AddSingleton<SeriesStore>();
        builder.Services.AddSingleton<SeriesReceiver>();
        builder.Services.AddSingleton<SeriesSubmission>();
        builder.AddJobQueues(options);
        AddMonitoring(builder, options);
        if (options.Role != ServiceRole.Worker)
        {
            builder.Services.AddHostedService<Housekeeping>();
            builder.Services.AddHostedService<SeriesWatch>();
            builder.Services.AddHostedService<FolderWatch>();
            builder.Services.AddHostedService<NodeWatch>();
            if (options.Dicom.Peer.Url is not null)
            {
                builder.Services.AddHttpClient();
                builder.Services.AddHostedService<PeerSender>();
            }
        }

        var app = builder.Build();
        _ = app.Services.GetRequiredService<JobMetrics>(); // which measures from the start
        _ = app.Services.GetRequiredService<SeriesMetrics>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => ProblemWriter.DescribeAsync(context.HttpContext));
        app.UseGuard(options);
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains(ReadyCheck.Tag) });
        app.MapPrometheusScrapingEndpoint();
        if (options.Role != ServiceRole.Worker)
        {
            app.UseDefaultFiles();
            app.UseStaticFiles();
            app.MapOpenApi();
            app.MapSession();
            app.MapJobs();
            app.MapModels();
            app.MapViewing();
            app.MapSeries();
            app.MapDicomweb();
        }

        return app;
    }

    /// <summary>Runs the service until it is told to stop.</summary>
    /// <returns>0; 1 where it cannot start, of which the last line of the standard error tells the reason.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await RunUntilStoppedAsync(args);
            return 0;
        }
        catch (Exception problem) when (problem is InvalidOperationException or InvalidDataException or FormatException or IOException
            or SocketException or UnauthorizedAccessException or DllNotFoundException)
        {
            await Console.Error.WriteLineAsync($"The service does not start: {problem.Message}");
            return 1;
        }
    }

    /// <summary>Where the servers are not there yet, waits for them.</summary>
    private static async Task RunUntilStoppedAsync(string[] args)
    {
        while (true)
        {
            var app = Create(args);
            try
            {
                await app.StartAsync();
                await Task.Delay(Timeout.Infinite, app.Lifetime.ApplicationStopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await EndAsync(app.StopAsync());
                return;
            }
            catch (Exception problem) when (ServerFailure.IsAbsence(problem))
            {
                app.Logger.LogWarning("The database or the broker is not there; it is looked for again in a while.");
                await Task.Delay(_patience);
            }
            finally
            {
                await EndAsync(app.DisposeAsync().AsTask());
            }
        }
    }

    /// <summary>
    /// Ends the process with what ends the service, or without: the broker's client waits for the answers to messages, and jobs that were
    /// given back are never answered, so that the broker gives them to another worker once this process has ended.
    /// </summary>
    private static async Task EndAsync(Task ending)
    {
        if (await Task.WhenAny(ending, Task.Delay(_longestEnd)) != ending)
        {
            Environment.Exit(0);
        }

        await ending;
    }

    private static void AddMonitoring(WebApplicationBuilder builder, ServiceOptions options)
    {
        builder.Services.AddSingleton<JobMetrics>();
        builder.Services.AddSingleton<SeriesMetrics>();
        builder.Services.AddHealthChecks().AddCheck<ReadyCheck>(ReadyCheck.Tag, tags: [ReadyCheck.Tag]);
        builder.Services.AddTelemetry(options, JobMetrics.MeterName, SeriesMetrics.MeterName);
    }
}
