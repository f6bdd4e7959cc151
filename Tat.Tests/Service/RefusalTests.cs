using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Tat.Samples.Service.Hosting;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>What the service refuses, and how it says so.</summary>
[TestClass]
public sealed class RefusalTests
{
    private static readonly (string, byte[])[] _one = [("scan.nii", [1, 2, 3])];

    [TestMethod]
    public async Task Wrong_requests_are_answered_with_what_is_wrong()
    {
        await using var service = await RunningService.StartAsync("--Service:MaximumUploadBytes=100000");
        async Task Refused(HttpStatusCode status, string reason, Task<HttpResponseMessage> sent)
        {
            using var response = await sent;
            await RunningService.AssertProblemAsync(response, status, reason);
        }

        await Refused(HttpStatusCode.BadRequest, "no image", service.PostAsync([], ("task", "CT")));
        await Refused(HttpStatusCode.BadRequest, "XYZ", service.PostAsync(_one, ("task", "XYZ")));
        await Refused(HttpStatusCode.BadRequest, "batch or urgent", service.PostAsync(_one, ("priority", "7")));
        await Refused(HttpStatusCode.BadRequest, "0 to 1", service.PostAsync(_one, ("strength", "1.5")));
        await Refused(HttpStatusCode.BadRequest, "0 to 1", service.PostAsync(_one, ("strength", "much")));
        await Refused(HttpStatusCode.BadRequest, "comes twice", service.PostAsync([.. _one, .. _one]));
        await Refused(HttpStatusCode.UnsupportedMediaType, "does not take the content type",
            service.Client.PostAsync("api/jobs", new StringContent("x")));
        await Refused(HttpStatusCode.Forbidden, "upload the files",
            service.Client.PostAsJsonAsync("api/jobs", new { path = service.Model }));
        await Refused(HttpStatusCode.RequestEntityTooLarge, "send it in parts", service.PostAsync([("a.nii", new byte[200_000])]));
        await Refused(HttpStatusCode.NotFound, "no job", service.Client.GetAsync($"api/jobs/{Guid.NewGuid()}"));
        await Refused(HttpStatusCode.BadRequest, "1 to 500", service.Client.GetAsync("api/jobs?take=501"));
        await Refused(HttpStatusCode.BadRequest, "succeeded", service.Client.GetAsync("api/jobs?state=1"));
        foreach (var name in new[] { "../a.nii", "/a.nii", "a/../../b.nii", "C:\\a.nii", "a\\..\\..\\b.nii", "a//b.nii", "con?.nii" })
        {
            await Refused(HttpStatusCode.BadRequest, "rename it", service.PostAsync([(name, [1])]));
        }

        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
    }

    [TestMethod]
    [DataRow("../../evil.nii", 10, "rename it", 400)]
    [DataRow("/evil.nii", 10, "rename it", 400)]
    [DataRow("bomb.nii", 40_000_000, "1000000 bytes", 413)]
    [DataRow("many", 1, "5 files", 413)]
    [DataRow("link", 1, "is a link", 400)]
    [DataRow("damaged", 1, "cannot be unpacked", 400)]
    public async Task Archives_that_do_harm_are_refused_and_leave_nothing(string name, int bytes, string reason, int status)
    {
        await using var service = await RunningService.StartAsync("--Service:MaximumUnpackedBytes=1000000", "--Service:MaximumFiles=5");
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < (name == "many" ? 6 : 1); i++)
            {
                var entry = zip.CreateEntry(name == "many" ? $"{i}.nii" : name);
                entry.ExternalAttributes = name == "link" ? unchecked((int)0xA1FF0000) : 0;
                using var stream = entry.Open();
                stream.Write(new byte[bytes]);
            }
        }

        var archive = memory.ToArray();
        using var response = await service.PostAsync([("a.zip", name == "damaged" ? archive[..(archive.Length / 2)] : archive)]);
        await RunningService.AssertProblemAsync(response, (HttpStatusCode)status, reason);
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
        Assert.IsFalse(File.Exists(service["evil.nii"]));
    }

    [TestMethod]
    public async Task A_full_queue_and_a_full_disk_send_callers_away_for_a_while()
    {
        await using var full = await RunningService.StartAsync("--Service:MaximumQueued=0");
        using var later = await full.PostAsync(_one);
        await RunningService.AssertProblemAsync(later, HttpStatusCode.TooManyRequests, "send it later");
        Assert.IsNotNull(later.Headers.RetryAfter);

        await using var disk = await RunningService.StartAsync($"--Service:MinimumFreeBytes={long.MaxValue}");
        using var refused = await disk.PostAsync(_one);
        await RunningService.AssertProblemAsync(refused, HttpStatusCode.InsufficientStorage, "nearly full");
        using var ready = await disk.Client.GetAsync("health/ready");
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Paths_are_taken_below_the_roots_alone_whatever_links_say()
    {
        using var archive = new Formats.TemporaryFolder();
        NiftiSamples.WriteRamp(archive["in/scan.nii"]);
        NiftiSamples.WriteRamp(archive["secret/scan.nii"]);
        File.CreateSymbolicLink(archive["in/link.nii"], archive["secret/scan.nii"]);
        await using var service = await RunningService.StartAsync($"--Service:Roots:0={archive["in"]}");
        foreach (var path in new[] { "in/link.nii", "secret/scan.nii", "in/../secret/scan.nii", "in", "in/none.nii" })
        {
            using var refused = await service.Client.PostAsJsonAsync("api/jobs", new { path = archive[path], task = "CT" });
            await RunningService.AssertProblemAsync(refused, HttpStatusCode.Forbidden, "below the folders that are allowed");
        }

        using var accepted = await service.Client.PostAsJsonAsync("api/jobs", new { path = archive["in/scan.nii"], task = "CT" });
        var job = await service.EndOfAsync((await RunningService.AcceptedAsync(accepted)).Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);
        Assert.HasCount(3, archive.Files, "a source that is not ours stays as it is");
        using var deleted = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
        Assert.HasCount(3, archive.Files);
    }

    [TestMethod]
    public async Task Whoever_has_no_key_and_pages_of_other_sites_are_refused()
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("secret")));
        await using var service = await RunningService.StartAsync($"--Service:Keys:0:Sha256={hash}", "--Service:Keys:0:Name=us");
        async Task<HttpResponseMessage> Get(string path, string? key = null, string header = "X-Api-Key")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (key is not null)
            {
                request.Headers.Add(header, key);
            }

            return await service.Client.SendAsync(request);
        }

        await RunningService.AssertProblemAsync(await Get("api/jobs"), HttpStatusCode.Unauthorized, "key");
        await RunningService.AssertProblemAsync(await Get("api/jobs", "Secret"), HttpStatusCode.Unauthorized, "key");
        await RunningService.AssertProblemAsync(await Get("metrics"), HttpStatusCode.Unauthorized, "key");
        Assert.AreEqual(HttpStatusCode.OK, (await Get("health/live")).StatusCode);
        Assert.AreEqual(HttpStatusCode.OK, (await Get("api/jobs", "Bearer secret", "Authorization")).StatusCode);
        using var allowed = await Get("api/jobs", "secret");
        Assert.AreEqual((HttpStatusCode.OK, "nosniff", "no-store"), (allowed.StatusCode,
            allowed.Headers.GetValues("X-Content-Type-Options").Single(), allowed.Headers.GetValues("Cache-Control").Single()));

        using var foreign = RunningService.Request(_one);
        foreign.Headers.Add("Origin", "http://elsewhere.example");
        foreign.Headers.Add("X-Api-Key", "secret");
        using var refused = await service.Client.SendAsync(foreign);
        await RunningService.AssertProblemAsync(refused, HttpStatusCode.Forbidden, "another site");
        using var named = new HttpRequestMessage(HttpMethod.Get, "api/jobs");
        named.Headers.Host = "elsewhere.example";
        using var rebound = await service.Client.SendAsync(named);
        await RunningService.AssertProblemAsync(rebound, HttpStatusCode.BadRequest, "not reached as");
    }

    [TestMethod]
    public async Task Who_asks_too_often_is_sent_away_for_a_while()
    {
        await using var service = await RunningService.StartAsync("--Service:RequestsPerTenSeconds=3");
        for (var i = 0; i < 3; i++)
        {
            using var allowed = await service.Client.GetAsync("health/live");
            Assert.AreEqual(HttpStatusCode.OK, allowed.StatusCode);
        }

        using var refused = await service.Client.GetAsync("health/live");
        await RunningService.AssertProblemAsync(refused, HttpStatusCode.TooManyRequests, "send fewer");
        Assert.AreEqual(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter!.Delta);
    }

    [TestMethod]
    [DataRow("--urls=http://0.0.0.0:5000", "AllowAnonymous")]
    [DataRow("--urls=http://localhost:5000;http://*:5001", "AllowAnonymous")]
    [DataRow("--http_ports=5000", "AllowAnonymous")]
    [DataRow("--Kestrel:Endpoints:One:Url=http://[::]:5000", "AllowAnonymous")]
    [DataRow("--Service:Concurrency=0", "1 to 256")]
    [DataRow("--Service:Keys:0:Sha256=secret", "64 hexadecimal digits")]
    [DataRow("--Service:OpenIdConnect:Authority=http://elsewhere.example", "https")]
    [DataRow("--Service:OpenIdConnect:Authority=https://elsewhere.example", "for whom")]
    [DataRow("--Service:Roots:0=relative", "full paths")]
    public void A_configuration_that_is_dangerous_or_wrong_does_not_start(string setting, string reason) =>
        Assert.Contains(reason, Assert.ThrowsExactly<InvalidOperationException>(() => ServiceHost.Create(setting)).Message);
}
