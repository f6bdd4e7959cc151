using System.Diagnostics;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Samples;

namespace Tat.Tests.Service;

/// <summary>
/// Four workers on RabbitMQ and PostgreSQL, of which one is killed every two seconds, one is stopped for longer than the broker waits and
/// goes on; and each server is killed once. The long form, with 200 jobs:
/// <c>TAT_KILLS=50 dotnet test -c Release --filter "FullyQualifiedName~WorkerKill"</c>.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class WorkerKillTests : IDisposable
{
    private const int Workers = 4, JobsPerKill = 4, LeastKills = 3, Limit = 60 * 60 * 1000;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2), _stopped = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private readonly SubmittedJobs _jobs;
    private readonly Random _random = new(Environment.TickCount);
    private readonly List<ServiceProcess> _workers = [];
    private ServiceProcess? _web;
    private JobServers? _servers;

    public WorkerKillTests() => _jobs = new(_folder);

    public TestContext TestContext { get; set; } = null!;

    public void Dispose()
    {
        _jobs.Dispose();
        _web?.Dispose();
        _workers.ForEach(worker => worker.Dispose());
        _servers?.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    [Timeout(Limit)]
    public async Task What_was_accepted_is_done_once_whoever_is_killed()
    {
        await StartAsync(Workers, "--Service:Attempts=50");
        var kills = Math.Max(LeastKills, KillTests.Kills);
        var slices = kills > LeastKills ? 12 : 24; // long enough that the batch outlasts an urgent job whose worker is killed
        for (var i = 0; i < JobsPerKill * kills; i++)
        {
            await _jobs.SubmitAsync(64 + i, 64, slices);
        }

        var clock = Stopwatch.StartNew();
        var stopped = await StopOneAsync();
        var wakes = Task.Delay(_stopped);
        var restarts = new List<Task>();
        var (urgent, atWork) = (default(Guid), 0);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(_interval);
            var victim = (stopped + _random.Next(1, Workers)) % Workers;
            atWork += _workers[victim].IsRestoring ? 1 : 0;
            await _workers[victim].KillAsync();
            _workers[victim].Dispose();
            _workers[victim] = Worker("--Service:Attempts=50");
            if (kill == kills / 3)
            {
                restarts.Add(_servers!.Database.RestartAsync());
            }

            if (kill == kills / 2)
            {
                urgent = await _jobs.SubmitAsync(60, 64, 2, "urgent");
            }

            if (kill == kills * 2 / 3)
            {
                restarts.Add(_servers!.Queue.RestartAsync());
            }
        }

        await Task.WhenAll([wakes, .. restarts]);
        _workers[stopped].Signal("CONT");
        var done = await _jobs.EndAsync();
        var time = clock.Elapsed;
        var order = await _jobs.AssertDoneOnceAsync(urgent);
        TestContext.WriteLine($"{kills} workers killed, {atWork} of them in the middle of a job, one stopped for "
            + $"{_stopped.TotalSeconds} s, each server killed once: {done.Count} jobs done in {time.TotalSeconds:F0} s, {order}, "
            + $"{done.Sum(job => job.Attempts) - done.Count} attempts lost");
    }

    [TestMethod]
    [Timeout(Limit)]
    public async Task A_job_that_takes_its_workers_with_it_is_given_up_after_three_times()
    {
        await StartAsync(1);
        await _jobs.SubmitAsync(320, 320, 200);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            while ((await _jobs.ListAsync()).Single() is not { State: JobState.Running, Attempts: var attempts } || attempts != attempt)
            {
                await Task.Delay(50);
            }

            await _workers[0].KillAsync();
            _workers[0].Dispose();
            _workers[0] = Worker();
        }

        var dead = (await _jobs.EndAsync()).Single();
        Assert.AreEqual((JobState.Dead, 3), (dead.State, dead.Attempts));
        Assert.Contains("begun 3 times", dead.Error!);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["data/work"]));
    }

    [TestMethod]
    [Timeout(Limit)]
    public async Task A_worker_that_is_told_to_stop_gives_its_job_to_another_and_ends()
    {
        await StartAsync(1);
        await _jobs.SubmitAsync(320, 320, 40);
        while (!_workers[0].IsRestoring)
        {
            await Task.Delay(20);
        }

        await _workers[0].EndAsync("TERM");
        var given = (await _jobs.ListAsync()).Single();
        Assert.AreEqual((JobState.Queued, 0), (given.State, given.Attempts));
        _workers.Add(Worker());
        await _jobs.AssertDoneOnceAsync();
        Assert.AreEqual(1, (await _jobs.ListAsync()).Single().Attempts);
    }

    [TestMethod]
    [Timeout(Limit)]
    public async Task What_was_accepted_without_a_broker_is_done_after_who_accepted_it_was_killed()
    {
        await StartAsync(0);

        // Asked to end, not killed: a broker that is killed in the first second of a queue may never elect a leader for it.
        await _servers!.Queue.StopAsync();
        await _jobs.SubmitAsync(60, 64, 2, "urgent");
        await _jobs.SubmitAsync(64, 64, 6);
        await _web!.KillAsync();
        _web.Dispose();
        await _servers.Queue.StartAgainAsync();
        _web = new ServiceProcess(_folder["data"], ["--role", "web", .. _servers.Settings]);
        _jobs.Address = await _web.AddressAsync();
        _workers.Add(Worker());
        await _jobs.AssertDoneOnceAsync();
    }

    private async Task StartAsync(int workers, params string[] settings)
    {
        _servers = await JobServers.StartAsync();
        _web = new ServiceProcess(_folder["data"], ["--role", "web", .. _servers.Settings, .. settings]);
        _jobs.Address = await _web.AddressAsync();
        for (var i = 0; i < workers; i++)
        {
            _workers.Add(Worker(settings));
        }
    }

    private ServiceProcess Worker(params string[] settings) =>
        new(_folder["data"], ["--role", "worker", "--Service:Threads=1", .. _servers!.Settings, .. settings]);

    /// <summary>Stops a worker in the middle of a job.</summary>
    private async Task<int> StopOneAsync()
    {
        int busy;
        while ((busy = _workers.FindIndex(worker => worker.IsRestoring)) < 0)
        {
            await Task.Delay(20);
        }

        _workers[busy].Signal("STOP");
        return busy;
    }
}
