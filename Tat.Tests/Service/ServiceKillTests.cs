using System.Diagnostics;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Samples;

namespace Tat.Tests.Service;

/// <summary>
/// Kills the service again and again while it works: what was accepted is done, once, and nothing is left over. As often as one likes with
/// <c>TAT_KILLS=50 dotnet test -c Release --filter "FullyQualifiedName~ServiceKill"</c>.
/// </summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ServiceKillTests : IDisposable
{
    private const int JobsPerKill = 4;
    private readonly TemporaryFolder _folder = new();
    private readonly SubmittedJobs _jobs;
    private readonly Random _random = new(Environment.TickCount);
    private ServiceProcess? _process;

    public ServiceKillTests() => _jobs = new(_folder);

    public TestContext TestContext { get; set; } = null!;

    public void Dispose()
    {
        _jobs.Dispose();
        _process?.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task What_was_accepted_is_done_once_however_often_the_service_is_killed()
    {
        const string settings = "--Service:Attempts=50";
        await StartAsync(settings);
        for (var i = 0; i < JobsPerKill * KillTests.Kills; i++)
        {
            await _jobs.SubmitAsync(64 + i, 64, 6);
        }

        // While much of the batch is still to be done.
        var urgent = await _jobs.SubmitAsync(60, 64, 2, "urgent");
        var clock = Stopwatch.StartNew();
        var atWork = 0;
        for (var kill = 0; kill < KillTests.Kills; kill++)
        {
            await Task.Delay(_random.Next(200, 2500));
            atWork += _process!.IsRestoring ? 1 : 0;
            await StartAsync(settings);
        }

        var done = await _jobs.EndAsync();
        var time = clock.Elapsed;
        await StartAsync(settings); // which clears up
        var order = await _jobs.AssertDoneOnceAsync(urgent);
        TestContext.WriteLine($"{KillTests.Kills} kills, {atWork} of them in the middle of a job: {done.Count} jobs done in "
            + $"{time.TotalSeconds:F0} s, {order}, {done.Sum(job => job.Attempts) - done.Count} attempts lost");
    }

    [TestMethod]
    public async Task A_job_that_takes_the_service_with_it_is_given_up_after_three_times()
    {
        await StartAsync();
        await _jobs.SubmitAsync(320, 320, 200);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            while ((await _jobs.ListAsync()).Single() is not { State: JobState.Running, Attempts: var attempts } || attempts != attempt)
            {
                await Task.Delay(50);
            }

            await StartAsync();
        }

        var dead = (await _jobs.EndAsync()).Single();
        Assert.AreEqual((JobState.Dead, 3), (dead.State, dead.Attempts));
        Assert.Contains("begun 3 times", dead.Error!);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["data/work"]));
    }

    /// <summary>Kills the service, where it runs, and starts it again.</summary>
    private async Task StartAsync(params string[] settings)
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }

        _process = new ServiceProcess(_folder["data"], settings);
        _jobs.Address = await _process.AddressAsync();
    }
}
