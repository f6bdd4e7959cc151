using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Serving;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>Studies that other systems send (STOW-RS), and what becomes of their series.</summary>
[TestClass]
public sealed class StoreTests : IDisposable
{
    private const string Ct = "--Service:Dicom:Rules:0:Modality=CT", Soon = "--Service:Dicom:QuietSeconds=0.3",
        Never = "--Service:Dicom:QuietSeconds=86400";

    private static readonly DicomTag _count = new(0x0020, 0x1209);
    private readonly SyntheticDicom _files = new();

    public void Dispose() => _files.Dispose();

    [TestMethod]
    public async Task A_series_is_restored_when_it_is_complete_and_comes_out_as_restore_makes_it()
    {
        await using var service = await RunningService.StartAsync(Ct, Never);
        var files = Series(3);
        await service.SendAsync(files[..2]);
        await service.SendAsync(files[2]);
        var series = (await service.ClosedAsync(1)).Single();
        Assert.AreEqual((1, 3, "CT", "1.2.3.4"), (series.Revision, series.Objects, series.Modality, series.SeriesInstanceUid));
        var job = await service.RestoredAsync(series);
        Assert.HasCount(3, job.Results);

        // As the library restores the same files, with the seed that the service has.
        using var expected = new TemporaryFolder();
        var stored = (await service.Get<JobStore>().FindAsync(job.Id))!;
        await service.Get<RestorationPool>().RestoreScanAsync(
            _files.Folder, expected["restored"], new() { Derived = new() { UidSeed = stored.Result } });
        using var archive = new ZipArchive(await service.Client.GetStreamAsync($"api/jobs/{job.Id}/result"));
        archive.ExtractToDirectory(expected["service"]);
        Assert.AreSequenceEqual(Contents(expected["restored"]), Contents(expected["service"]));
    }

    [TestMethod]
    public async Task What_comes_late_begins_a_new_revision_and_what_comes_twice_does_nothing()
    {
        await using var service = await RunningService.StartAsync(Ct, Soon);
        var files = Series(2);
        var late = SyntheticDicom.Slice(3, 3);
        await service.SendAsync(files);
        var first = await service.RestoredAsync((await service.ClosedAsync(1)).Single());
        await service.SendAsync(files);
        Assert.HasCount(1, await service.SeriesAsync());

        await service.SendAsync(_files.Write(late, "late.dcm"));
        var series = await service.ClosedAsync(2);
        Assert.AreSequenceEqual([(1, 2), (2, 3)], series.Select(one => (one.Revision, one.Objects)));
        var second = await service.RestoredAsync(series[1]);
        Assert.AreSequenceEqual([2, 3], new[] { first, second }.Select(job => job.Results.Count));

        // An object that is another one under the same name is late, too.
        var changed = SyntheticDicom.Slice(1, 0);
        changed.SetText(Tags.Manufacturer, DicomVr.LO, "Other");
        await service.SendAsync(_files.Write(changed, "changed.dcm"));
        series = await service.ClosedAsync(3);
        Assert.AreEqual((3, 3), (series[2].Revision, series[2].Objects));

        // With its job, a series goes.
        await service.RestoredAsync(series[2]);
        using var deleted = await service.Client.DeleteAsync($"api/jobs/{series[0].Id}");
        Assert.AreEqual(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.HasCount(2, Directory.GetDirectories(Path.Combine(service.Data, "series")));
    }

    [TestMethod]
    public async Task A_series_that_tells_how_many_objects_it_has_is_complete_with_the_last_of_them()
    {
        await using var service = await RunningService.StartAsync(Ct, Never);
        var files = Series(2);
        await service.SendAsync(files[0]);
        Assert.AreEqual((SeriesState.Collecting, 1, 2), await StateAsync());
        await service.SendAsync(files[1]);
        await service.RestoredAsync((await service.ClosedAsync(1)).Single());
        Assert.AreEqual((SeriesState.Submitted, 2, 2), await StateAsync());

        async Task<(SeriesState, int, int)> StateAsync()
        {
            var series = (await service.SeriesAsync()).Single();
            return (series.State, series.Objects, series.Expected!.Value);
        }
    }

    [TestMethod]
    public async Task What_no_rule_fits_is_kept_until_somebody_says_what_to_do()
    {
        await using var service = await RunningService.StartAsync(
            Soon, "--Service:Dicom:Rules:0:Modality=CT", "--Service:Dicom:Rules:0:Description=*head*",
            "--Service:Dicom:Rules:1:Modality=PT");
        await service.SendAsync(Series(2));
        var kept = (await service.ClosedAsync(1)).Single();
        Assert.AreEqual(SeriesState.Unmatched, kept.State);
        Assert.Contains("No rule fits", kept.Remark!);
        Assert.AreEqual(0, (await service.Client.GetFromJsonAsync<JobPage>("api/jobs", RunningService.Json))!.Total);
        await service.MeasuresAsync("tat_series_kept{otel_scope_name=\"Tat.Samples.Service.Series\"} 1");

        using var without = await service.Client.PostAsync($"api/series/{Guid.NewGuid()}/restore", null); // needs no body
        await RunningService.AssertProblemAsync(without, HttpStatusCode.NotFound, "no series");
        using var wrong = await service.Client.PostAsJsonAsync($"api/series/{kept.Id}/restore", new { task = "none" });
        await RunningService.AssertProblemAsync(wrong, HttpStatusCode.BadRequest, "none");
        using var chosen = await service.Client.PostAsJsonAsync($"api/series/{kept.Id}/restore", new { task = "CT", strength = 0.5 });
        var job = await service.EndOfAsync((await RunningService.AcceptedAsync(chosen)).Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);
        using var again = await service.Client.DeleteAsync($"api/series/{kept.Id}");
        await RunningService.AssertProblemAsync(again, HttpStatusCode.Conflict, "there is a job for it");
    }

    [TestMethod]
    public async Task A_result_that_comes_back_is_not_restored_again()
    {
        await using var service = await RunningService.StartAsync(Ct, Soon);
        await service.SendAsync(Series(1));
        var job = await service.RestoredAsync((await service.ClosedAsync(1)).Single());
        await File.WriteAllBytesAsync(
            Path.Combine(_files.Folder, "back.dcm"), await service.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));
        await service.SendAsync(Path.Combine(_files.Folder, "back.dcm"));
        var back = (await service.ClosedAsync(2))[1];
        Assert.AreEqual(SeriesState.Unmatched, back.State);
        Assert.Contains("restored already", back.Remark!);
        using var deleted = await service.Client.DeleteAsync($"api/series/{back.Id}");
        Assert.AreEqual(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.HasCount(1, Directory.GetDirectories(Path.Combine(service.Data, "series")));
    }

    [TestMethod]
    public async Task What_cannot_be_stored_is_told_object_by_object()
    {
        await using var service = await RunningService.StartAsync(
            Ct, Never, "--Service:MaximumUploadBytes=100000", "--Service:MaximumFiles=5");
        var good = Series(1)[0];
        var damaged = Path.Combine(_files.Folder, "damaged.dcm");
        await File.WriteAllBytesAsync(damaged, (await File.ReadAllBytesAsync(good))[..300]);
        var nameless = SyntheticDicom.Slice(2, 1);
        nameless.Remove(Tags.SeriesInstanceUid);

        using var some = await service.StoreAsync([good, damaged, _files.Write(nameless)]);
        var answer = JsonNode.Parse(await some.Content.ReadAsStringAsync())!;
        Assert.AreEqual(
            (HttpStatusCode.Accepted, "application/dicom+json"), (some.StatusCode, some.Content.Headers.ContentType!.MediaType));
        Assert.AreEqual("1.2.3.4.1", $"{answer["00081199"]!["Value"]![0]!["00081155"]!["Value"]![0]}");
        Assert.HasCount(2, answer["0008119A"]!["Value"]!.AsArray());
        using var none = await service.StoreAsync([good], "studies/1.2.4");
        Assert.AreEqual(HttpStatusCode.Conflict, none.StatusCode);
        Assert.Contains("50185", await none.Content.ReadAsStringAsync());

        using var type = await service.Client.PostAsync("dicomweb/studies", new StringContent("x"));
        await RunningService.AssertProblemAsync(type, HttpStatusCode.UnsupportedMediaType, "does not take");
        using var empty = await service.StoreAsync([]);
        await RunningService.AssertProblemAsync(empty, HttpStatusCode.BadRequest, "cannot be read");
        using var large = await service.Client.PostAsync("dicomweb/studies", DicomClient.Objects([new byte[200_000]]));
        await RunningService.AssertProblemAsync(large, HttpStatusCode.RequestEntityTooLarge, "send it in parts");
        using var many = await service.Client.PostAsync("dicomweb/studies", DicomClient.Objects(Enumerable.Repeat(new byte[1], 6)));
        await RunningService.AssertProblemAsync(many, HttpStatusCode.RequestEntityTooLarge, "5 files");
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(service.Data, "uploads")));
        Assert.HasCount(1, await service.SeriesAsync());
    }

    [TestMethod]
    public async Task A_series_that_came_before_the_service_was_stopped_is_restored_when_it_is_back()
    {
        using var data = new TemporaryFolder();
        await using (var first = await RunningService.StartAsync(Ct, Never, $"--Service:Data={data["kept"]}"))
        {
            await first.SendAsync(Series(2));
        }

        await using var second = await RunningService.StartAsync(Ct, Soon, $"--Service:Data={data["kept"]}");
        var series = (await second.ClosedAsync(1)).Single();
        Assert.HasCount(2, (await second.RestoredAsync(series)).Results);
    }

    [TestMethod]
    [DataRow("--Service:Dicom:Rules:0:Strength=2", "0 to 1")]
    [DataRow("--Service:Dicom:QuietSeconds=-1", "0 to 86400")]
    [DataRow("--Service:Dicom:Node:Port=0", "1 to 65535")]
    public void Wrong_rules_do_not_start(string setting, string reason) => Assert.Contains(reason,
        Assert.ThrowsExactly<InvalidOperationException>(() => Tat.Samples.Service.Hosting.ServiceHost.Create(setting)).Message);

    [TestMethod]
    public async Task A_node_for_other_machines_knows_its_senders_and_without_fo_dicom_there_is_none()
    {
        string[] open = ["--Service:Dicom:Node:Port=11112", "--Service:Dicom:Node:Address=0.0.0.0"];
        Assert.Contains("who may send",
            Assert.ThrowsExactly<InvalidOperationException>(() => Tat.Samples.Service.Hosting.ServiceHost.Create(open)).Message);
        Assert.Contains("UseFoDicom=true", (await Assert.ThrowsExactlyAsync<InvalidOperationException>(
            () => RunningService.StartAsync([.. open, "--Service:Dicom:Node:Callers:0=MR1"]))).Message);
    }

    /// <summary>Objects that say how many they are: however slowly they come, they are complete with the last of them.</summary>
    private string[] Series(int count) =>
    [
        .. Enumerable.Range(1, count).Select(i =>
        {
            var data = SyntheticDicom.Slice(i, i);
            data.SetText(_count, DicomVr.IS, count.ToString(CultureInfo.InvariantCulture));
            return _files.Write(data, $"{i}.dcm");
        }),
    ];

    /// <summary>UIDs and pixels of all objects below a folder.</summary>
    private static string[] Contents(string folder)
    {
        using var scan = ImageFormats.Open(folder);
        return
        [
            .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(MLNet.Formats.Dicom.DicomHeader.Read)
                .Select(header => $"{header["0020000D"]} {header["0020000E"]} {header["00080018"]}").Order(StringComparer.Ordinal),
            .. Enumerable.Range(0, scan.SliceCount).Select(i => string.Join(' ',
                scan.ReadSlice(i).Pixels.Select(pixel => pixel.ToString("R", CultureInfo.InvariantCulture)))),
        ];
    }
}
