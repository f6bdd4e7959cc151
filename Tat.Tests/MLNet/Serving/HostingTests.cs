using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tat.MLNet.Serving;
using Tat.Tests.Formats;

using static Tat.Tests.Serving.ServedModels;

namespace Tat.Tests.Serving;

[TestClass]
public sealed class HostingTests
{
    private const string Patient = "Mustermann^Erika";

    [TestMethod]
    public async Task Several_pools_have_names_and_health_checks()
    {
        using var folder = new TemporaryFolder();
        Save(folder["a.zip"], 1);
        Save(folder["b.zip"], 2);
        var services = new ServiceCollection().AddLogging()
            .AddTatRestoration("a", options => options.ModelPath = folder["a.zip"])
            .AddTatRestoration("b", options => options.ModelPath = folder["b.zip"])
            .AddTatRestoration("none", options => options.ModelPath = folder["none.zip"]);
        services.AddHealthChecks().AddTatRestoration("a").AddTatRestoration("b", "ready").AddTatRestoration("none", "ready");
        await using var provider = services.BuildServiceProvider();

        var (a, b) = (provider.GetRequiredKeyedService<RestorationPool>("a"), provider.GetRequiredKeyedService<RestorationPool>("b"));
        CollectionAssert.AreNotEqual(a.Restore(Image()).Restored, b.Restore(Image()).Restored);
        var health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        CollectionAssert.AreEqual(
            new[] { ("tat-a", HealthStatus.Healthy), ("tat-b", HealthStatus.Healthy), ("tat-none", HealthStatus.Unhealthy) },
            health.Entries.Select(entry => (entry.Key, entry.Value.Status)).OrderBy(entry => entry.Key).ToArray());
        Assert.AreEqual("PET, CT, MRI", health.Entries["tat-a"].Data["tasks"]);
        Assert.IsInstanceOfType<FileNotFoundException>(health.Entries["tat-none"].Exception);
    }

    [TestMethod]
    public void Options_are_validated_when_the_host_starts()
    {
        var services = new ServiceCollection().AddTatRestoration("right", options => options.ModelPath = "pretrained")
            .AddTatRestoration("wrong", options => (options.ModelPath, options.MaximumPixels) = ("pretrained", 0));
        using var provider = services.BuildServiceProvider();
        StringAssert.Contains(Assert.ThrowsExactly<OptionsValidationException>(() =>
            provider.GetRequiredService<IStartupValidator>().Validate()).Message, "MaximumPixels is 0: use 1 or more.");
        Assert.AreEqual("pretrained", provider.GetRequiredService<IOptionsMonitor<TatRestorationOptions>>().Get("right").ModelPath);
    }

    [TestMethod]
    public async Task A_model_file_that_is_replaced_is_loaded_and_a_damaged_one_is_not()
    {
        using var folder = new TemporaryFolder();
        float[][] expected = [Save(folder["served.zip"], 1), Save(folder["next.zip"], 2)];
        var log = new Memory();
        using var pool = new RestorationPool(new() { ModelPath = folder["served.zip"], ReloadWhenChanged = true }, log);
        CollectionAssert.AreEqual(expected[0], pool.Restore(Image()).Restored);

        File.WriteAllText(folder["served.zip"], "damaged");
        await Until(() => log.Lines.Any(line => line.Contains("cannot be served", StringComparison.Ordinal)));
        CollectionAssert.AreEqual(expected[0], pool.Restore(Image()).Restored);
        File.Move(folder["next.zip"], folder["served.zip"], overwrite: true);
        await Until(() => expected[1].SequenceEqual(pool.Restore(Image()).Restored));
    }

    [TestMethod]
    [DoNotParallelize]
    public async Task Counts_traces_and_logs_tell_what_happened_and_nothing_of_patients()
    {
        using var folder = new TemporaryFolder();
        Save(folder["tat.zip"], 1);
        using var telemetry = new Telemetry();
        var log = new Memory();
        using var pool = new RestorationPool(new() { ModelPath = folder["tat.zip"] }, log);

        pool.Restore(Image(Patient));
        Assert.ThrowsExactly<InvalidDataException>(() => pool.Restore(new(new([1, float.NaN], 1, 2), "PET", Patient)));
        Assert.ThrowsExactly<InvalidDataException>(() => pool.Restore(new(new([1, 2], 1, 2), Patient)));
        await Assert.ThrowsExactlyAsync<FileNotFoundException>(() =>
            pool.RestoreScanAsync(folder[$"{Patient}.nii"], folder["out.nii"], new() { Task = "CT" }));
        await Assert.ThrowsAsync<OperationCanceledException>(() => pool.RestoreAsync(Image(), new(canceled: true)));

        CollectionAssert.AreEquivalent(
            new[]
            {
                "image PET ok", "image PET InvalidDataException", "image unknown InvalidDataException", "scan CT FileNotFoundException",
                "image PET cancelled",
            },
            telemetry.Measured("tat.restoration.duration"));
        CollectionAssert.AreEqual(new[] { "image PET ok" }, telemetry.Measured("tat.restoration.pixels"));
        CollectionAssert.AreEquivalent(telemetry.Measured("tat.restoration.duration"), telemetry.Activities.ToArray());
        Assert.AreEqual(0, telemetry.Sum("tat.restoration.waiting"));
        Assert.AreEqual(256, telemetry.Sum("tat.restoration.pixels"));
        Assert.AreEqual(1, telemetry.Sum("tat.model.loads"));
        Assert.IsTrue(log.Lines.Any(line => line.Contains("scan of the task CT failed", StringComparison.Ordinal)));
        Assert.IsFalse(log.Lines.Concat(telemetry.Activities).Any(line => line.Contains("Mustermann", StringComparison.Ordinal)));
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Keeps what is logged, causes included.</summary>
    private sealed class Memory : ILogger<RestorationPool>
    {
        private readonly List<string> _lines = [];

        public string[] Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add($"{formatter(state, exception)} {exception}");
            }
        }
    }

    /// <summary>Keeps what is measured and traced while it is there.</summary>
    private sealed class Telemetry : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ActivityListener _activities;
        private readonly List<(string Name, double Value, string Tags)> _measured = [];

        public Telemetry()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TatTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
            _activities = new()
            {
                ShouldListenTo = source => source.Name == TatTelemetry.ActivitySourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity => Activities.Add(string.Join(' ', activity.TagObjects.Select(tag => tag.Value))),
            };
            ActivitySource.AddActivityListener(_activities);
        }

        public List<string> Activities { get; } = [];

        public string[] Measured(string name) => [.. _measured.Where(item => item.Name == name).Select(item => item.Tags)];

        public double Sum(string name) => _measured.Where(item => item.Name == name).Sum(item => item.Value);

        public void Dispose()
        {
            _listener.Dispose();
            _activities.Dispose();
        }

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _measured.Add((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
    }
}
