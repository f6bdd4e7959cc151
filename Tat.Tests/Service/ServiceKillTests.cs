using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Tat.MLNet.Scans;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Samples;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Service;

/// <summary>
/// Kills the service again and again while it works: what was accepted is done, once, and nothing is left over. As often as one likes with
/// <c>TAT_KILLS=30 dotnet test -c Release --filter "FullyQualifiedName~ServiceKill"</c>.
/// </summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ServiceKillTests : IDisposable
{
    private const int JobsPerKill = 4;
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private readonly Random _random = new(Environment.TickCount);
    private string _address = "";

    public TestContext TestContext { get; set; } = null!;

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task What_was_accepted_is_done_once_however_often_the_service_is_killed()
    {
        const string settings = "--Service:Attempts=50";
        var count = JobsPerKill * KillTests.Kills;
        var jobs = new Dictionary<Guid, string>();
        var process = await StartAsync(settings);
        for (var i = 0; i < count; i++)
        {
            var scan = NiftiSamples.WriteRamp(_folder[$"in/{i}.nii"], 64 + i, 64, 6);
            jobs.Add(await SubmitAsync(scan, "batch"), scan);
        }

        // While much of the batch is still to be done.
        var hurried = NiftiSamples.WriteRamp(_folder["in/urgent.nii"], 60, 64, 2);
        var urgent = await SubmitAsync(hurried, "urgent");
        jobs.Add(urgent, hurried);
        for (var kill = 0; kill < KillTests.Kills; kill++)
        {
            await Task.Delay(_random.Next(200, 2500));
            await KillAsync(process);
            process = await StartAsync(settings);
        }

        var done = new List<JobView>();
        while ((done = await ListAsync()).Any(job => job.State is JobState.Queued or JobState.Running))
        {
            await Task.Delay(200);
        }

        await KillAsync(process);
        process = await StartAsync(settings); // which clears up
        Assert.AreSequenceEqual(jobs.Keys.Order(), done.Select(job => job.Id).Order());
        Assert.IsTrue(done.All(job => job.State == JobState.Succeeded),
            string.Join('\n', done.Select(job => $"{job.Name}: {job.State} {job.Error}")));
        using var restorer = TatPretrained.OpenOnnx();
        foreach (var job in done)
        {
            var expected = _folder[$"expected/{job.Name}"];
            restorer.RestoreScan(jobs[job.Id], expected, new() { Task = "CT" });
            Assert.AreSequenceEqual(await File.ReadAllBytesAsync(expected),
                await _client.GetByteArrayAsync($"{_address}/api/jobs/{job.Id}/result"), job.Name);
        }

        Assert.IsLessThan(
            done.Where(job => job.Id != urgent).Max(job => job.Finished)!.Value, done.Single(job => job.Id == urgent).Finished!.Value);
        Assert.HasCount(done.Count, Directory.GetFileSystemEntries(_folder["data/results"]));
        Assert.HasCount(done.Count, Directory.GetFileSystemEntries(_folder["data/uploads"]));
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["data/work"]));
        TestContext.WriteLine($"{KillTests.Kills} kills, {done.Count} jobs, {done.Sum(job => job.Attempts) - done.Count} attempts lost");
        await KillAsync(process);
    }

    [TestMethod]
    public async Task A_job_that_takes_the_service_with_it_is_given_up_after_three_times()
    {
        var process = await StartAsync();
        var job = await SubmitAsync(NiftiSamples.WriteRamp(_folder["large.nii"], 320, 320, 200), "batch");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            while ((await ListAsync()).Single() is not { State: JobState.Running, Attempts: var attempts } || attempts != attempt)
            {
                await Task.Delay(50);
            }

            await KillAsync(process);
            process = await StartAsync();
        }

        JobView dead;
        while ((dead = (await ListAsync()).Single()).State != JobState.Dead)
        {
            Assert.AreEqual((JobState.Running, 3), (dead.State, dead.Attempts));
            await Task.Delay(50);
        }

        Assert.Contains("begun 3 times", dead.Error!);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["data/work"]));
        await KillAsync(process);
    }

    /// <summary>Starts the service on a free port and waits until it listens.</summary>
    private async Task<Process> StartAsync(params string[] settings)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tat.Samples.Service"),
            ["--urls=http://127.0.0.1:0", $"--Service:Data={_folder["data"]}", "--Service:MinimumFreeBytes=0", .. settings])
        {
            RedirectStandardOutput = true,
        })!;
        const string listening = "Now listening on: ";
        var log = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            log.Add(line);
            if (line.IndexOf(listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                _address = line[(at + listening.Length)..].Trim();
                _ = process.StandardOutput.ReadToEndAsync();
                return process;
            }
        }

        throw new InvalidOperationException($"The service did not start:\n{string.Join('\n', log)}");
    }

    private static async Task KillAsync(Process process)
    {
        using (process)
        {
            using var kill = Process.Start("kill", ["-KILL", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync();
        }
    }

    private async Task<Guid> SubmitAsync(string scan, string priority)
    {
        using var request = RunningService.Request(
            [(Path.GetFileName(scan), await File.ReadAllBytesAsync(scan))], ("task", "CT"), ("priority", priority));
        request.RequestUri = new($"{_address}/api/jobs");
        using var response = await _client.SendAsync(request);
        return (await RunningService.AcceptedAsync(response)).Id;
    }

    private async Task<List<JobView>> ListAsync() =>
        [.. (await _client.GetFromJsonAsync<JobPage>($"{_address}/api/jobs?take=500", RunningService.Json))!.Items];
}
