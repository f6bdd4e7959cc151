using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Settings;
using Tat.Tests.Formats;

namespace Tat.Tests.Service;

/// <summary>Requests that no caller of good will sends: each is answered by problem details that say what is wrong.</summary>
[TestClass]
public sealed class ProblemTests
{
    [TestMethod]
    [DataRow("GET", "nothing", 404, "/openapi/v1.json lists")]
    [DataRow("PUT", "api/jobs", 405, "does not take PUT; it takes GET, POST")]
    [DataRow("GET", "api/jobs?skip=some", 400, "int skip")]
    [DataRow("GET", "api/jobs?skip=-1", 400, "skip is 0 or more")]
    [DataRow("GET", "dicomweb/studies?offset=-1", 400, "offset is 0 or more")]
    public async Task An_address_that_is_wrong_is_told_so(string method, string path, int status, string reason)
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(new(method), path);
        using var answer = await service.Client.SendAsync(request);
        await RunningService.AssertProblemAsync(answer, (HttpStatusCode)status, reason);
    }

    [TestMethod]
    public async Task A_host_that_is_not_ours_is_told_which_setting_names_it()
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "health/live") { Headers = { Host = "scans.example:5000" } };
        using var answer = await service.Client.SendAsync(request);
        await RunningService.AssertProblemAsync(answer, HttpStatusCode.BadRequest, "AllowedHosts");

        await using var named = await RunningService.StartAsync("--AllowedHosts=127.0.0.1;*.example");
        using var again = new HttpRequestMessage(HttpMethod.Get, "health/live") { Headers = { Host = "scans.example:5000" } };
        using var taken = await named.Client.SendAsync(again);
        Assert.AreEqual(HttpStatusCode.OK, taken.StatusCode);
    }

    [TestMethod]
    [DataRow("text/plain", "path", 415, "'text/plain")]
    [DataRow("application/json", "path", 400, "The JSON cannot be read")]
    [DataRow("application/json; charset=none", "{}", 400, "charset")]
    [DataRow("application/json", "{}", 400, "no 'path'")]
    [DataRow("application/json", "{\"path\":\"/x\",\"foctor\":2}", 400, "at 'foctor'")]
    [DataRow("application/json", "{\"path\":\"/x\",\"factor\":true}", 400, "at 'factor'")]
    [DataRow("multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=file; filename=a.nii\r\n\r\nx\r\n--x--", 400, "called 'files'")]
    [DataRow("multipart/form-data", "x", 415, "multipart/form-data")]
    [DataRow("multipart/form-data; boundary=x", "x", 400, "cannot be read")]
    [DataRow("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=task\r\n\r\nCT", 400, "ends within a part")]
    public async Task A_body_that_is_wrong_is_told_so(string type, string body, int status, string reason)
    {
        await using var service = await RunningService.StartAsync();
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await service.Client.PostAsync("api/jobs", content);
        await RunningService.AssertProblemAsync(answer, (HttpStatusCode)status, reason);
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
    }

    [TestMethod]
    [DataRow("a.nii", "a.nii/b.nii", "has the name of a file")]
    [DataRow("a.nii/b.nii", "a.nii", "comes twice")]
    public async Task A_file_that_is_also_a_folder_is_refused(string first, string second, string reason)
    {
        await using var service = await RunningService.StartAsync();
        using var answer = await service.PostAsync([(first, [1]), (second, [1])]);
        await RunningService.AssertProblemAsync(answer, HttpStatusCode.BadRequest, reason);
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
    }

    [TestMethod]
    public async Task An_archive_with_a_password_is_refused()
    {
        await using var service = await RunningService.StartAsync();
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("a.nii").Open();
            entry.Write([1]);
        }

        var archive = memory.ToArray();
        archive[archive.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1; // what the directory says of the entry
        using var refused = await service.PostAsync([("a.zip", archive)]);
        await RunningService.AssertProblemAsync(refused, HttpStatusCode.BadRequest, "'a.nii' is encrypted; pack it again");
    }

    [TestMethod]
    public async Task Names_are_as_long_as_every_disk_has_them()
    {
        await using var service = await RunningService.StartAsync();
        foreach (var (letter, most) in new[] { ("a", 200), ("脳", 66) })
        {
            var name = string.Concat(Enumerable.Repeat(letter, most));
            using var taken = await service.PostAsync([(name, [1])]);
            await RunningService.AcceptedAsync(taken);
            using var refused = await service.PostAsync([(name + letter, [1])]);
            await RunningService.AssertProblemAsync(refused, HttpStatusCode.BadRequest, "rename it");
        }

        using var deep = await service.PostAsync([(string.Join('/', Enumerable.Repeat("folder", 150)), [1])]);
        await RunningService.AssertProblemAsync(deep, HttpStatusCode.BadRequest, "1000 bytes");
    }

    /// <summary>Whatever the request says of its length, and however much comes out of its archives.</summary>
    [TestMethod]
    public void What_arrives_and_what_is_unpacked_stops_before_the_disk_is_full()
    {
        using var folder = new TemporaryFolder();
        using var store = new FolderStore(folder.Path, isShared: false);
        var options = new ServiceOptions { Data = folder.Path, MinimumFreeBytes = long.MaxValue };
        var budget = new UploadBudget(options, new(Options.Create(options), store));
        foreach (var count in new Action<int>[] { budget.Received, budget.Unpacked })
        {
            Assert.AreEqual((int)HttpStatusCode.InsufficientStorage, Assert.ThrowsExactly<ServiceProblem>(() => count(1)).Status);
        }
    }
}
