using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Tat.Samples.Service.Jobs;

namespace Tat.Tests.Service;

/// <summary>
/// A table of many jobs. How long its pages take is printed, with as many as one likes:
/// <c>TAT_JOBS=100000 dotnet test -c Release --filter "FullyQualifiedName~JobTable"</c>.
/// </summary>
[TestClass]
public sealed class JobTableTests
{
    private const int Page = 500, Chunk = 1000;

    private static readonly int _count = TestRun.Number("TAT_JOBS", 1200);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public Task Pages_in_SQLite_hold_every_job_once_the_newest_first() => PagesHoldEveryJobAsync();

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Pages_in_PostgreSQL_hold_every_job_once_the_newest_first()
    {
        using var servers = await JobServers.StartAsync();
        await PagesHoldEveryJobAsync([.. servers.Settings, "--role", "web"]);
    }

    private async Task PagesHoldEveryJobAsync(params string[] settings)
    {
        await using var service = await RunningService.StartAsync([.. settings, "--Service:RequestsPerTenSeconds=100000"]);
        await FillAsync(service.Get<IServiceScopeFactory>());
        var memory = Environment.WorkingSet;
        var seen = new List<Guid>();
        foreach (var state in new[] { JobState.Queued, JobState.Succeeded, JobState.Failed })
        {
            var before = seen.Count;
            JobPage page;
            do
            {
                page = await GetAsync(service.Client, $"state={state}&skip={seen.Count - before}&take={Page}");
                seen.AddRange(page.Items.Select(job => job.Id));
            }
            while (page.Items.Count == Page);
            Assert.AreEqual(page.Total, seen.Count - before);
        }

        Assert.HasCount(_count, seen.Distinct());
        var all = new List<Guid>();
        foreach (var skip in new[] { 0, _count / 2, _count - 50 })
        {
            var clock = Stopwatch.StartNew();
            var page = await GetAsync(service.Client, $"skip={skip}&take=50");
            TestContext.WriteLine(FormattableString.Invariant($"{_count} jobs, 50 after {skip}: {clock.Elapsed.TotalMilliseconds:F0} ms"));
            Assert.AreEqual(_count, page.Total);
            all.AddRange(page.Items.Select(job => job.Id));
        }

        Assert.AreSequenceEqual(all.OrderByDescending(id => id), all);
        Assert.HasCount(150, all.Distinct());
        TestContext.WriteLine(
            FormattableString.Invariant($"{memory >> 20} MB before the pages, {Environment.WorkingSet >> 20} MB after them"));
    }

    private static async Task<JobPage> GetAsync(HttpClient client, string query) =>
        (await client.GetFromJsonAsync<JobPage>($"api/jobs?{query}", RunningService.Json))!;

    private static async Task FillAsync(IServiceScopeFactory scopes)
    {
        foreach (var chunk in Enumerable.Range(0, _count).Chunk(Chunk))
        {
            await using var scope = scopes.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<JobsContext>();
            context.AddRange(chunk.Select(number => new Job
            {
                Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(number)),
                Name = $"{number}.nii",
                Source = $"uploads/{number}/{number}.nii",
                Fingerprint = ContentHash.Of(number),
                IdempotencyKey = $"{number}",
                State = number % 100 == 0 ? JobState.Failed : number % 3 == 0 ? JobState.Queued : JobState.Succeeded,
                Result = ContentHash.Of(number, "result"),
                Created = DateTimeOffset.UnixEpoch.AddSeconds(number),
                Finished = DateTimeOffset.UtcNow,
                Scans = [new("", null, $"{number}.nii", "CT", [new($"{number}.nii", 100)])],
            }));
            await context.SaveChangesAsync();
        }
    }
}
