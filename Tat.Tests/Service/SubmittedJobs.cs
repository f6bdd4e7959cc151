using System.Net.Http.Json;
using Tat.MLNet.Scans;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Service;

/// <summary>Jobs of a service that is killed while it works, and what must have become of them.</summary>
internal sealed class SubmittedJobs(TemporaryFolder folder) : IDisposable
{
    private readonly HttpClient _client = new();
    private readonly Dictionary<Guid, string> _scans = [];

    /// <summary>Where the service keeps images.</summary>
    public IImageStore Images { get; init; } = new FolderStore(folder["data"], isShared: true);

    /// <summary>Threads of a restoration, on which the last bit of a value may depend; <see langword="null"/> for one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Where the service is now.</summary>
    public string Address { get; set; } = "";

    /// <summary>Uploads a scan; again and again while the service, or its database, is away.</summary>
    public async Task<Guid> SubmitAsync(int width, int height, int slices, string priority = "batch")
    {
        var scan = NiftiSamples.WriteRamp(folder[$"in/{priority}-{_scans.Count}.nii"], width, height, slices);
        while (true)
        {
            using var request = RunningService.Request(
                [(Path.GetFileName(scan), await File.ReadAllBytesAsync(scan))], ("task", "CT"), ("priority", priority));
            request.RequestUri = new($"{Address}/api/jobs");
            request.Headers.Add("Idempotency-Key", scan);
            using var response = await _client.SendAsync(request);
            if ((int)response.StatusCode != 503)
            {
                var id = (await RunningService.AcceptedAsync(response)).Id;
                _scans.Add(id, scan);
                return id;
            }

            await Task.Delay(200);
        }
    }

    /// <summary>All jobs; none while the database is away.</summary>
    public async Task<List<JobView>> ListAsync()
    {
        using var response = await _client.GetAsync($"{Address}/api/jobs?take=500");
        return (int)response.StatusCode == 503
            ? []
            : [.. (await response.Content.ReadFromJsonAsync<JobPage>(RunningService.Json))!.Items];
    }

    /// <summary>Waits until no job is left to do.</summary>
    public async Task<List<JobView>> EndAsync()
    {
        List<JobView> jobs;
        while ((jobs = await ListAsync()).Count == 0 || jobs.Any(job => job.State is JobState.Queued or JobState.Running))
        {
            await Task.Delay(200);
        }

        return jobs;
    }

    /// <summary>Every job has its result, as a restorer makes it, and nothing else is left; an urgent job had its result before the last of
    /// the batch.</summary>
    /// <returns>How many jobs were done before the urgent one, in words.</returns>
    public async Task<string> AssertDoneOnceAsync(Guid? urgent = null)
    {
        var done = await EndAsync();
        Assert.AreSequenceEqual(_scans.Keys.Order(), done.Select(job => job.Id).Order());
        Assert.IsTrue(done.All(job => job.State == JobState.Succeeded),
            string.Join('\n', done.Select(job => $"{job.Name}: {job.State} {job.Error}")));
        using var restorer = TatPretrained.OpenOnnx(new() { Threads = Threads });
        foreach (var job in done)
        {
            var expected = folder[$"expected/{job.Name}"];
            restorer.RestoreScan(_scans[job.Id], expected, new() { Task = "CT" });
            Assert.AreSequenceEqual(await File.ReadAllBytesAsync(expected),
                await _client.GetByteArrayAsync($"{Address}/api/jobs/{job.Id}/result"), job.Name);
        }

        if (urgent is not null)
        {
            Assert.IsLessThan(
                done.Where(job => job.Id != urgent).Max(job => job.Finished)!.Value, done.Single(job => job.Id == urgent).Finished!.Value);
        }

        Assert.HasCount(done.Count, await Images.ListAsync("results").ToListAsync());
        Assert.HasCount(done.Count, await Images.ListAsync("uploads").ToListAsync());
        while (await Images.ListAsync("work").AnyAsync())
        {
            await Task.Delay(100); // who was taken over has to notice
        }

        var finished = done.SingleOrDefault(job => job.Id == urgent)?.Finished;
        return $"{done.Count(job => job.Finished < finished)} of {done.Count} done before the urgent one";
    }

    public void Dispose() => _client.Dispose();
}
