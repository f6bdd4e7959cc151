using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Samples;

namespace Tat.Tests.Service;

/// <summary>The service with its images in a bucket of Ceph.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class BucketTests : IDisposable
{
    private const int Limit = 10 * 60 * 1000;
    private static readonly string[] _folders = ["uploads", "series", "work", "results"];
    private readonly TemporaryFolder _folder = new();
    private readonly List<IDisposable> _processes = [];

    public TestContext TestContext { get; set; } = null!;

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _folder.Dispose();
    }

    [TestMethod]
    [Timeout(Limit)]
    public async Task Results_are_the_same_as_those_of_a_folder_and_nothing_stays_on_the_disk()
    {
        using var server = await ObjectServer.StartAsync();
        var bucket = await server.MakeBucketAsync();
        using var store = new BucketStore(bucket, Directory.CreateDirectory(_folder["reader"]).FullName);
        string[] settings = ["--Service:Dicom:Rules:0:Modality=CT"];
        await using var service = await RunningService.StartAsync([.. settings, .. ObjectServer.SettingsOf(bucket)]);
        await using var other = await RunningService.StartAsync(settings);
        var scan = NiftiSamples.WriteRamp(_folder["scan.nii"], 48, 40, 5);
        var jobs = new List<JobView>();
        foreach (var one in new[] { service, other })
        {
            using var request = RunningService.Request([("scan.nii", await File.ReadAllBytesAsync(scan))], ("task", "CT"));
            var form = (MultipartFormDataContent)request.Content!;
            form.Add(new ByteArrayContent(await File.ReadAllBytesAsync(scan)), "reference", "good.nii");
            using var response = await one.Client.SendAsync(request);
            jobs.Add(await one.EndOfAsync((await RunningService.AcceptedAsync(response)).Id));
            Assert.AreEqual((JobState.Succeeded, 1), (jobs[^1].State, jobs[^1].Attempts), jobs[^1].Error);
        }

        await AssertSameAsync(service, other, [.. jobs.Select(job => $"api/jobs/{job.Id}/result")]);
        foreach (var side in new[] { "source", "restored", "reference" })
        {
            await AssertSameAsync(service, other, [.. jobs.Select(job => $"api/jobs/{job.Id}/images/0/slices/3?side={side}")]);
        }

        // A series whose last object comes late; its results are found and fetched.
        using var files = new SyntheticDicom();
        string[] objects =
        [
            .. new[] { "2", "2", "3" }.Select((count, i) =>
            {
                var data = SyntheticDicom.Slice(i + 1, i);
                data.SetText(new(0x0020, 0x1209), DicomVr.IS, count);
                return files.Write(data, $"{i}.dcm");
            }),
        ];
        foreach (var one in new[] { service, other })
        {
            await one.SendAsync(objects[..2]);
            await one.RestoredAsync((await one.ClosedAsync(1)).Single());
            await one.SendAsync(objects);
            var late = (await one.ClosedAsync(2))[1];
            Assert.AreEqual((2, 3, SeriesState.Submitted), (late.Revision, late.Objects, late.State));
            await one.RestoredAsync(late);
        }

        var addresses = new List<string>();
        foreach (var one in new[] { service, other })
        {
            var found = JsonNode.Parse(await one.Client.GetStringAsync("dicomweb/studies/1.2.3/instances"))!.AsArray();
            Assert.HasCount(5, found);
            addresses.Add(string.Join(' ', found.Select(node => $"{node!["00080018"]!["Value"]![0]}").Order()));
        }

        Assert.AreEqual(addresses[1], addresses[0]);
        using var zip = new ZipArchive(await service.Client.GetStreamAsync(
            $"api/jobs/{(await service.SeriesAsync())[0].Id}/result"), ZipArchiveMode.Read);
        Assert.HasCount(3, zip.Entries);
        using var study = await service.Client.GetAsync("dicomweb/studies/1.2.3");
        Assert.AreEqual(HttpStatusCode.OK, study.StatusCode);

        foreach (var folder in _folders)
        {
            Assert.AreEqual(folder == "work", !await store.ListAsync(folder).AnyAsync(), folder);
            Assert.IsEmpty(Directory.GetFileSystemEntries(Path.Combine(service.Data, folder)), folder);
        }

        foreach (var job in (await service.Client.GetFromJsonAsync<JobPage>("api/jobs", RunningService.Json))!.Items)
        {
            using var deleted = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
            Assert.AreEqual(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        foreach (var folder in _folders)
        {
            Assert.IsFalse(await store.ListAsync(folder).AnyAsync(), folder);
        }
    }

    [TestMethod]
    [Timeout(Limit)]
    public async Task Workers_with_nothing_in_common_but_a_bucket_do_everything_once_whoever_is_killed()
    {
        const int workers = 2;
        using var servers = await JobServers.StartAsync();
        using var server = await ObjectServer.StartAsync();
        var bucket = await server.MakeBucketAsync();
        using var store = new BucketStore(bucket, Directory.CreateDirectory(_folder["reader"]).FullName);
        string[] settings = ["--Service:Attempts=50", .. servers.Settings, .. ObjectServer.SettingsOf(bucket)];
        var web = new ServiceProcess(_folder["web"], ["--role", "web", .. settings]);
        _processes.Add(web);
        using var jobs = new SubmittedJobs(_folder) { Images = store, Threads = 1, Address = await web.AddressAsync() };
        var kills = Math.Max(3, KillTests.Kills);
        var running = Enumerable.Range(0, workers).Select(Worker).ToList();
        for (var i = 0; i < 3 * kills; i++)
        {
            await jobs.SubmitAsync(64 + i, 64, 12);
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            if (kill == 1)
            {
                await server.Door.RestartAsync();
            }

            var victim = kill % workers;
            await running[victim].KillAsync();
            running[victim] = Worker(victim);
        }

        var done = await jobs.EndAsync();
        await jobs.AssertDoneOnceAsync();
        foreach (var folder in Enumerable.Range(0, workers).Select(number => _folder[$"worker-{number}/work"]))
        {
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder));
        }

        TestContext.WriteLine($"{kills} workers killed, the store away once: {done.Count} jobs done, "
            + $"{done.Sum(job => job.Attempts) - done.Count} attempts lost");

        ServiceProcess Worker(int number)
        {
            var worker = new ServiceProcess(_folder[$"worker-{number}"], ["--role", "worker", "--Service:Threads=1", .. settings]);
            _processes.Add(worker);
            return worker;
        }
    }

    [TestMethod]
    public async Task Without_its_bucket_the_service_is_not_ready_and_says_so()
    {
        using var server = await ObjectServer.StartAsync();
        var bucket = await server.MakeBucketAsync();
        await using var service = await RunningService.StartAsync(ObjectServer.SettingsOf(bucket));
        Assert.AreEqual("Healthy", await service.Client.GetStringAsync("health/ready"));
        await server.Door.KillAsync();
        using var ready = await service.Client.GetAsync("health/ready");
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var scan = await File.ReadAllBytesAsync(NiftiSamples.WriteRamp(_folder["scan.nii"]));
        using var refused = await service.PostAsync([("scan.nii", scan)], ("task", "CT"));
        await RunningService.AssertProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "store of images");
        await server.Door.StartAgainAsync();
        using var taken = await service.PostAsync([("scan.nii", scan)], ("task", "CT"));
        Assert.AreEqual(JobState.Succeeded, (await service.EndOfAsync((await RunningService.AcceptedAsync(taken)).Id)).State);
    }

    [TestMethod]
    [DataRow("Name", "tat", "Bucket:Url")]
    [DataRow("Name", "T?", "Bucket:Name")]
    [DataRow("Url", "http://elsewhere", "https")]
    [DataRow("AccessKey", "key", "Bucket:SecretKey")]
    [DataRow("Region", "", "us-east-1")]
    public void A_wrong_setting_is_named(string name, string value, string reason)
    {
        var bucket = new BucketOptions { Name = "images", Url = "https://elsewhere" };
        if (name == "Name" && value == "tat")
        {
            bucket.Url = null;
        }

        typeof(BucketOptions).GetProperty(name)!.SetValue(bucket, value);
        Assert.Contains(reason,
            Assert.ThrowsExactly<InvalidOperationException>(() => new ServiceOptions { Bucket = bucket }.Validate()).Message);
    }

    private static async Task AssertSameAsync(RunningService service, RunningService other, string[] paths) => Assert.AreSequenceEqual(
        await other.Client.GetByteArrayAsync(paths[1]), await service.Client.GetByteArrayAsync(paths[0]));
}
