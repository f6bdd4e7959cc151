using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Tat.Samples.Service.Hosting;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Restoring;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>What a service tells a collector.</summary>
[TestClass]
public sealed class TelemetryTests
{
    private const string Patient = "Zaphod";

    [TestMethod]
    public async Task A_job_is_one_trace_from_its_acceptance_through_the_queue_to_its_result()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await RunningService.StartAsync($"--Service:OtlpUrl={receiver.Address}");
        var scan = NiftiSamples.WriteRamp(service[$"{Patient}.nii"]);
        var job = await service.EndOfAsync((await service.SubmitAsync(scan, ("task", "CT"))).Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);
        await File.WriteAllBytesAsync(scan, new byte[400]);
        var failed = await service.EndOfAsync((await service.SubmitAsync(scan, ("task", "CT"))).Id);
        Assert.AreEqual(JobState.Failed, failed.State);

        // An attempt is told a moment after its job is seen to be at its end.
        for (var i = 0; i < 200 && (Told(receiver, job.Id).Length < 3 || Told(receiver, failed.Id).Length < 3); i++)
        {
            Assert.IsTrue(service.Get<TracerProvider>().ForceFlush());
            await Task.Delay(100);
        }

        var told = Told(receiver, job.Id);
        Assert.HasCount(3, told, string.Join('\n', receiver.Spans));
        var accepted = told.Single(span => span.Name == "tat.job.accept");
        var attempt = told.Single(span => span.Name == "tat.job.attempt");
        var restored = told.Single(span => span.Name == "tat.restore");
        Assert.AreEqual(attempt.Id, restored.Parent);
        Assert.Contains("restored", attempt.Tags);

        // Between them lie the sending and the receiving of a message.
        var by = receiver.Spans.ToDictionary(span => span.Id);
        var between = new List<string>();
        for (var one = by[attempt.Parent]; one != accepted; one = by[one.Parent])
        {
            between.Add(one.Name);
        }

        Assert.IsNotEmpty(between);
        Assert.Contains("Exception", Told(receiver, failed.Id).Single(span => span.Name == "tat.job.attempt").Tags);

        service.Get<MeterProvider>().ForceFlush(); // which is no success, since Prometheus asks for itself
        foreach (var name in new[]
        {
            "tat.attempt.pace", "tat.attempts", "tat.jobs.queued", "tat.jobs.running", "tat.series.kept", "tat.restoration.duration",
        })
        {
            CollectionAssert.Contains(receiver.Metrics, name);
        }

        Assert.Contains("tat-service", receiver.Text);
        Assert.Contains("ImageFormatException", receiver.Text);
        Assert.DoesNotContain(Patient, receiver.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("tat_attempt_pace", await service.Client.GetStringAsync("metrics"));
    }

    [TestMethod]
    public void An_address_that_is_none_does_not_start() => Assert.Contains("http://localhost:4318",
        Assert.ThrowsExactly<InvalidOperationException>(() => ServiceHost.Create("--Service:OtlpUrl=collector")).Message);

    [TestMethod]
    public async Task A_job_does_not_wait_for_the_database_of_a_service_that_is_gone()
    {
        JobRunner runner;
        await using (var service = await RunningService.StartAsync())
        {
            runner = service.Get<JobRunner>();
        }

        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => runner.RunAsync(Guid.CreateVersion7()));
    }

    /// <summary>The spans of the trace of a job.</summary>
    private static OtlpSpan[] Told(OtlpReceiver receiver, Guid job)
    {
        var trace = receiver.Spans.FirstOrDefault(span => span.Tags.Contains($"{job}", StringComparison.Ordinal))?.Trace;
        return [.. receiver.Spans.Where(span => span.Trace == trace && span.Name.StartsWith("tat.", StringComparison.Ordinal))];
    }
}
