using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Nifti;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Samples;
using Tat.Torch.Imaging;

namespace Tat.Tests.Service;

/// <summary>Jobs over HTTP, from the upload to the result.</summary>
[TestClass]
public sealed class JobTests
{
    [TestMethod]
    public async Task An_uploaded_file_comes_back_byte_for_byte_as_restore_writes_it()
    {
        await using var service = await RunningService.StartAsync();
        var scan = service["scan.nii.gz"];
        using (var source = ImageFormats.Open(TestData.Path("data/real/ct_CRLM-CT-1004"), new()))
        {
            var slice = source.ReadSlice(0);
            var part = Enumerable.Range(200, 96).SelectMany(row => slice.Pixels.AsSpan((row * slice.Width) + 200, 96).ToArray());
            new NiftiFormat().Write(scan, [new ImageSlice([.. part], 96, 96)], 1, 1, 1);
        }

        var job = await service.EndOfAsync((await service.SubmitAsync(scan, ("task", "ct"), ("strength", "0.75"))).Id);
        Assert.AreEqual((JobState.Succeeded, "CT", 1.0, 1, null), (job.State, job.Task, job.Progress, job.Attempts, job.Error));

        (await Cli.RunAsync("restore", scan, "--model", service.Model, "--task", "CT", "--strength", "0.75", "--out", service["out"]))
            .AssertDone();
        var written = Directory.GetFiles(service["out"]).Single();
        Assert.AreEqual(new ResultFile(Path.GetFileName(written), new FileInfo(written).Length), job.Results.Single());
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(written), await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));

        // A download that broke off goes on.
        using var rest = new HttpRequestMessage(HttpMethod.Get, $"api/jobs/{job.Id}/result") { Headers = { Range = new(1000, null) } };
        using var partial = await service.Client.SendAsync(rest);
        Assert.AreEqual(HttpStatusCode.PartialContent, partial.StatusCode);
        Assert.AreSequenceEqual((await File.ReadAllBytesAsync(written))[1000..], await partial.Content.ReadAsByteArrayAsync());

        var images = (await service.Get<JobScans>().FindAsync(job.Id))!.Scans.Single();
        foreach (var (expected, name) in new[] { (scan, images.Source), (written, images.Result) })
        {
            Assert.AreSequenceEqual(await File.ReadAllBytesAsync(expected), await File.ReadAllBytesAsync(Path.Combine(service.Data, name)));
        }
    }

    /// <summary>But for new UIDs and the time, which <c>restore</c> takes anew in each run.</summary>
    [TestMethod]
    public async Task A_zipped_series_comes_back_as_a_zip_of_the_files_that_restore_writes()
    {
        await using var service = await RunningService.StartAsync();
        Directory.CreateDirectory(service["study"]);
        foreach (var file in Directory.GetFiles(TestData.Path("data/real/pet_STS_001_fdg")).Order(StringComparer.Ordinal).Take(2))
        {
            File.Copy(file, Path.Combine(service["study"], Path.GetFileName(file)));
        }

        ZipFile.CreateFromDirectory(service["study"], service["study.zip"]);
        var job = await service.EndOfAsync((await service.SubmitAsync(service["study.zip"])).Id);
        Assert.AreEqual((JobState.Succeeded, "PET", "study"), (job.State, job.Task, job.Name), job.Error);

        (await Cli.RunAsync("restore", service["study"], "--model", service.Model, "--out", service["out"])).AssertDone();
        await File.WriteAllBytesAsync(service["result.zip"], await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));
        ZipFile.ExtractToDirectory(service["result.zip"], service["result"]);
        var names = NamesBelow(service["out"]);
        Assert.HasCount(2, names);
        Assert.AreSequenceEqual(names, NamesBelow(service["result"]));
        foreach (var name in names)
        {
            Assert.AreEqual(TextOf(Path.Combine(service["out"], name)), TextOf(Path.Combine(service["result"], name)), name);
        }
    }

    [TestMethod]
    public async Task A_result_has_UIDs_that_follow_from_the_scan_and_the_options()
    {
        await using var service = await RunningService.StartAsync();
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0), "a.dcm");
        var uids = new List<(string?, string?)>();
        foreach (var strength in new[] { "1", "1", "0.5" })
        {
            var job = await service.EndOfAsync((await service.SubmitAsync(Path.Combine(files.Folder, "a.dcm"), ("strength", strength))).Id);
            await File.WriteAllBytesAsync(service["a.dcm"], await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));
            using var deleted = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
            var data = DicomProviders.Current.Read(service["a.dcm"]).DataSet;
            uids.Add((data.GetString(Tags.SeriesInstanceUid), data.GetString(Tags.SopInstanceUid)));
        }

        Assert.AreEqual(uids[0], uids[1]);
        Assert.HasCount(4, uids.Distinct().SelectMany(pair => new[] { pair.Item1, pair.Item2 }).Distinct());
    }

    [TestMethod]
    public async Task A_request_that_is_sent_again_makes_no_second_job()
    {
        await using var service = await RunningService.StartAsync();
        var scan = await File.ReadAllBytesAsync(NiftiSamples.WriteRamp(service["scan.nii"]));
        async Task<HttpResponseMessage> Send(string task, byte[]? reference = null)
        {
            using var request = RunningService.Request([("scan.nii", scan)], ("task", task));
            if (reference is not null)
            {
                ((MultipartFormDataContent)request.Content!).Add(new ByteArrayContent(reference), "reference", "good.nii");
            }

            request.Headers.Add("Idempotency-Key", "one");
            return await service.Client.SendAsync(request);
        }

        HttpResponseMessage[] both = await Task.WhenAll(Send("CT"), Send("CT"));
        var first = await RunningService.AcceptedAsync(both[0]);
        Assert.AreEqual(first.Id, (await RunningService.AcceptedAsync(both[1])).Id);
        await service.EndOfAsync(first.Id);
        Assert.AreEqual(first.Id, (await RunningService.AcceptedAsync(await Send("CT"))).Id);
        await RunningService.AssertProblemAsync(await Send("PET"), HttpStatusCode.UnprocessableEntity, "Idempotency-Key");
        await RunningService.AssertProblemAsync(await Send("CT", scan), HttpStatusCode.UnprocessableEntity, "Idempotency-Key");
        var page = (await service.Client.GetFromJsonAsync<JobPage>("api/jobs?state=succeeded", RunningService.Json))!;
        Assert.AreEqual((1, first.Id), (page.Total, page.Items.Single().Id));
        Assert.HasCount(1, Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
    }

    [TestMethod]
    public async Task The_same_scan_with_the_same_options_has_one_result_which_goes_with_its_last_job()
    {
        await using var service = await RunningService.StartAsync();
        var scan = NiftiSamples.WriteRamp(service["scan.nii"]);
        var results = Path.Combine(service.Data, "results");
        var jobs = new List<JobView>();
        foreach (var priority in new[] { "batch", "urgent" })
        {
            jobs.Add(await service.EndOfAsync((await service.SubmitAsync(scan, ("task", "CT"), ("priority", priority))).Id));
        }

        Assert.AreEqual("Succeeded Succeeded", string.Join(' ', jobs.Select(job => job.State)));
        foreach (var (left, job) in new[] { 1, 0 }.Zip(jobs))
        {
            Assert.HasCount(1, Directory.GetDirectories(results));
            using var response = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
            Assert.AreEqual(HttpStatusCode.NoContent, response.StatusCode);
            Assert.HasCount(left, Directory.GetDirectories(results));
            Assert.HasCount(left, Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
        }
    }

    [TestMethod]
    public async Task A_cancelled_job_stops_and_leaves_nothing_behind()
    {
        await using var service = await RunningService.StartAsync();
        var job = await service.SubmitAsync(NiftiSamples.WriteRamp(service["scan.nii"], 320, 320, 200), ("task", "CT"));
        while ((await service.GetAsync(job.Id)).State != JobState.Running)
        {
            await Task.Delay(50);
        }

        using var refused = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
        await RunningService.AssertProblemAsync(refused, HttpStatusCode.Conflict, "cancel it first");
        using var cancelled = await service.Client.PostAsync($"api/jobs/{job.Id}/cancel", null);
        Assert.AreEqual(JobState.Cancelled, (await cancelled.Content.ReadFromJsonAsync<JobView>(RunningService.Json))!.State);
        while (Directory.EnumerateFileSystemEntries(Path.Combine(service.Data, "work")).Any())
        {
            await Task.Delay(50);
        }

        using var noResult = await service.Client.GetAsync($"api/jobs/{job.Id}/result");
        await RunningService.AssertProblemAsync(noResult, HttpStatusCode.Conflict, "cancelled");
        using var deleted = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
        Assert.AreEqual(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "results")));
    }

    [TestMethod]
    public async Task A_scan_that_cannot_be_restored_fails_at_once_and_says_why()
    {
        await using var service = await RunningService.StartAsync();
        await File.WriteAllBytesAsync(service["scan.nii"], new byte[400]);
        var job = await service.EndOfAsync((await service.SubmitAsync(service["scan.nii"], ("task", "CT"))).Id);
        Assert.AreEqual((JobState.Failed, 1), (job.State, job.Attempts));
        Assert.StartsWith("'scan.nii': ", job.Error!); // as the caller knows it
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "work")));
    }

    [TestMethod]
    public async Task What_fails_for_a_reason_that_may_pass_is_tried_again_and_is_dead_after_three_times()
    {
        await using var service = await RunningService.StartAsync("--Service:RetrySeconds=0.1");
        await File.WriteAllTextAsync(Path.Combine(service.Data, "work-blocked"), "");
        Directory.Delete(Path.Combine(service.Data, "work"));
        File.Move(Path.Combine(service.Data, "work-blocked"), Path.Combine(service.Data, "work"));
        var job = await service.EndOfAsync((await service.SubmitAsync(NiftiSamples.WriteRamp(service["scan.nii"]), ("task", "CT"))).Id);
        Assert.AreEqual((JobState.Dead, 3), (job.State, job.Attempts));
        Assert.IsNotEmpty(job.Error!);
        Assert.DoesNotContain(service.Data, job.Error!);
    }

    [TestMethod]
    public async Task The_interface_is_described_and_says_what_it_can_do()
    {
        await using var service = await RunningService.StartAsync();
        var paths = JsonNode.Parse(await service.Client.GetStringAsync("openapi/v1.json"))!["paths"]!.AsObject();
        foreach (var path in new[] { "/api/jobs", "/api/jobs/{id}", "/api/jobs/{id}/cancel", "/api/jobs/{id}/result", "/api/tasks" })
        {
            Assert.IsTrue(paths.ContainsKey(path), path);
        }

        Assert.AreEqual("CT MRI PET", string.Join(' ',
            JsonNode.Parse(await service.Client.GetStringAsync("api/tasks"))!.AsArray().Select(task => $"{task!["name"]}").Order()));
        var model = JsonNode.Parse(await service.Client.GetStringAsync("api/models"))!.AsArray().Single()!;
        Assert.StartsWith("sha256:", $"{model["hash"]}");
        Assert.AreEqual("Healthy", await service.Client.GetStringAsync("health/live"));
        Assert.AreEqual("Healthy", await service.Client.GetStringAsync("health/ready"));
        await service.EndOfAsync((await service.SubmitAsync(NiftiSamples.WriteRamp(service["scan.nii"]), ("task", "CT"))).Id);
        var measured = await service.Client.GetStringAsync("metrics");
        Assert.Contains("tat_jobs_queued", measured);
        Assert.Contains("outcome=\"restored\"", measured);
        Assert.Contains("tat_restoration_duration_seconds_count", measured);
    }

    private static string[] NamesBelow(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal)];

    /// <summary>All of a DICOM file but its own identity.</summary>
    private static string TextOf(string file)
    {
        DicomTag[] own = [Tags.SopInstanceUid, Tags.SeriesInstanceUid, Tags.InstanceCreationDate, Tags.InstanceCreationTime];
        var data = DicomProviders.Current.Read(file).DataSet;
        using var scan = ImageFormats.Open(file, new());
        var elements = data.Where(element => !own.Contains(element.Tag) && element.Items is null)
            .Select(element => $"{element.Tag} {Convert.ToHexString(element.Value)}");
        var pixels = scan.ReadSlice(0).Pixels.Select(pixel => pixel.ToString("R", CultureInfo.InvariantCulture));
        return string.Join('\n', [.. elements, .. pixels]);
    }
}
