using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>Restored series as other systems find and fetch them (QIDO-RS, WADO-RS), and how they are sent on.</summary>
[TestClass]
public sealed class RetrievalTests : IDisposable
{
    private static readonly string[] _settings = ["--Service:Dicom:Rules:0:Modality=CT"];
    private readonly SyntheticDicom _files = new();

    public void Dispose() => _files.Dispose();

    [TestMethod]
    public async Task Results_are_found_by_what_they_are_and_by_nothing_else()
    {
        await using var service = await RunningService.StartAsync(_settings);
        Assert.IsEmpty(await FindAsync(service, "studies?limit=1000000"));
        var (series, _) = await RestoreAsync(service);
        foreach (var query in new[]
        {
            "", "?PatientID=P%25_1", "?PatientID=P*", "?00100020=P??1", "?PatientName=Secret*", "?StudyDate=20240502",
            "?StudyDate=20240501-20240502", "?StudyDate=20240502-", "?StudyDate=-20240502", "?ModalitiesInStudy=CT",
            "?StudyInstanceUID=1.2.3,1.2.9", "?AccessionNumber=A1",
            "?includefield=all&limit=5&offset=0&fuzzymatching=true",
        })
        {
            var study = (await FindAsync(service, $"studies{query}")).Single();
            Assert.AreEqual(("1.2.3", "1", "2", "CT"),
                (Text(study, "0020000D"), Text(study, "00201206"), Text(study, "00201208"), Text(study, "00080061")), query);
        }

        foreach (var query in new[]
        {
            "PatientID=P%2501", "PatientID=P", "PatientName=Other*", "StudyDate=20240503-", "StudyDate=-20240501", "ModalitiesInStudy=MR",
            "StudyInstanceUID=1.2.9", "AccessionNumber=A", "offset=1",
        })
        {
            Assert.IsEmpty(await FindAsync(service, $"studies?{query}"), query);
        }

        foreach (var (query, reason) in new[]
        {
            ("PatientSize=3", "not searched for"), ("StudyDate=May", "no date"), ("limit=0", "1 or more"), ("StudyDate=-", "no date"),
        })
        {
            using var wrong = await service.Client.GetAsync($"dicomweb/studies?{query}");
            await RunningService.AssertProblemAsync(wrong, HttpStatusCode.BadRequest, reason);
        }

        var found = (await FindAsync(service, "studies/1.2.3/series?Modality=CT")).Single();
        Assert.AreEqual((series, "2"), (Text(found, "0020000E"), Text(found, "00201209")));
        Assert.Contains("not for diagnostic use", Text(found, "0008103E")!);
        Assert.HasCount(1, await FindAsync(service, $"series?SeriesInstanceUID={series}"));
        var instances = await FindAsync(service, $"studies/1.2.3/series/{series}/instances");
        Assert.HasCount(2, instances);
        Assert.AreEqual("8", Text(instances[0], "00280010"));
        Assert.HasCount(1, await FindAsync(service, $"studies/1.2.3/instances?SOPInstanceUID={Text(instances[1], "00080018")}"));
        Assert.EndsWith($"/dicomweb/studies/1.2.3/series/{series}", Text(found, "00081190")!);

        // Whoever wants fewer than there are is told that there are more.
        foreach (var (limit, hasMore) in new[] { (1, true), (2, false) })
        {
            using var some = await service.Client.GetAsync($"dicomweb/studies/1.2.3/instances?limit={limit}");
            Assert.HasCount(limit, JsonNode.Parse(await some.Content.ReadAsStringAsync())!.AsArray());
            Assert.AreEqual(hasMore, some.Headers.Warning.Any(warning => warning.Code == 299));
        }
    }

    [TestMethod]
    public async Task Objects_come_as_they_were_written_with_their_metadata_and_as_pictures()
    {
        await using var service = await RunningService.StartAsync(_settings);
        var (series, job) = await RestoreAsync(service);
        var written = Directory.GetFiles(Path.Combine(service.Data, "results"), "*.dcm", SearchOption.AllDirectories)
            .ToDictionary(file => DicomHeader.Read(file)["00080018"]!, File.ReadAllBytes);
        var fetched = await FetchAsync(service, "studies/1.2.3");
        Assert.AreSequenceEqual(written.Values.Select(Convert.ToHexString).Order(), fetched.Select(Convert.ToHexString).Order());
        var uid = written.Keys.Order().First();
        var path = $"studies/1.2.3/series/{series}/instances/{uid}";
        CollectionAssert.AreEqual(written[uid], (await FetchAsync(service, path)).Single());

        Assert.HasCount(2, await FindAsync(service, $"studies/1.2.3/series/{series}/metadata"));
        var metadata = (await FindAsync(service, $"{path}/metadata")).Single();
        Assert.AreEqual(("Secret^Name", uid), ($"{metadata["00100010"]!["Value"]![0]!["Alphabetic"]}", Text(metadata, "00080018")));

        using var picture = await service.Client.GetAsync($"dicomweb/{path}/rendered?window=0,2000");
        Assert.AreEqual("image/png", picture.Content.Headers.ContentType!.MediaType);
        await File.WriteAllBytesAsync(Path.Combine(_files.Folder, "a.png"), await picture.Content.ReadAsByteArrayAsync());
        await File.WriteAllBytesAsync(Path.Combine(_files.Folder, "a.dcm"), written[uid]);
        Assert.Contains("the same", Peer.Python("""
            import sys, struct, zlib
            import numpy as np, pydicom
            png = open(sys.argv[1], 'rb').read()
            width, height = struct.unpack('>II', png[16:24])
            data, at = b'', 8
            while at < len(png):
                length, kind = struct.unpack('>I4s', png[at:at + 8])
                data += png[at + 8:at + 8 + length] if kind == b'IDAT' else b''
                at += 12 + length
            rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width + 1)
            assert (rows[:, 0] == 1).all()
            pixels = np.cumsum(rows[:, 1:], axis=1, dtype=np.uint8)
            data = pydicom.dcmread(sys.argv[2])
            values = data.pixel_array * float(data.RescaleSlope) + float(data.RescaleIntercept)
            expected = np.clip(values / 2000 + 0.5, 0, 1) * 255
            assert np.abs(pixels - expected).max() <= 0.51, (pixels, expected)
            print('the same')
            """, Path.Combine(_files.Folder, "a.png"), Path.Combine(_files.Folder, "a.dcm")));
        using var first = await service.Client.GetAsync($"dicomweb/{path}/frames/1/rendered");
        Assert.AreEqual(HttpStatusCode.OK, first.StatusCode);

        foreach (var (wrong, status, reason) in new[]
        {
            ("studies/1.2.9", HttpStatusCode.NotFound, "no such restored object"),
            ($"{path}9/metadata", HttpStatusCode.NotFound, "no such"),
            ($"{path}/frames/2/rendered", HttpStatusCode.NotFound, "1 frame,"),
            ($"{path}/rendered?window=wide", HttpStatusCode.BadRequest, "40,400"),
            ($"{path}/frames/1,2", HttpStatusCode.NotFound, "1 frame,"), ($"{path}/frames/all", HttpStatusCode.BadRequest, "no list"),
        })
        {
            using var answer = await service.Client.GetAsync($"dicomweb/{wrong}");
            await RunningService.AssertProblemAsync(answer, status, reason);
        }

        // The pixels are the last element of a file.
        var pixels = (await FetchAsync(service, $"{path}/frames/1")).Single();
        Assert.HasCount(8 * 6 * 2, pixels);
        CollectionAssert.AreEqual(written[uid][^pixels.Length..], pixels);

        const string objects = "multipart/related; type=\"application/dicom\"", frames = "multipart/related; type=application/octet-stream";
        foreach (var (what, accept, sent) in new[]
        {
            ("/rendered", "image/jpeg", "image/png"), ("/metadata", "application/dicom+xml", "application/dicom+json"),
            ("", "multipart/related; type=\"image/jpeg\"", "application/dicom"), ("", "image/*", "application/dicom"),
            ("", $"{objects}; transfer-syntax=1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.1"),
            ("", "multipart/related; q=0", "application/dicom"), ("/frames/1", objects, "application/octet-stream"),
            ("/frames/1", "multipart/related; type=image/jls", "application/octet-stream"),
            ("/rendered?accept=image/jpeg", "image/png", "image/png"),
        })
        {
            using var refused = await AskAsync(what, accept);
            await RunningService.AssertProblemAsync(refused, HttpStatusCode.NotAcceptable, sent);
        }

        foreach (var (what, accept) in new[]
        {
            ("/rendered", "text/html, image/*;q=0.5"), ("/metadata", "application/json"), ("", $"{objects}; transfer-syntax=*"),
            ("", $"{objects}; transfer-syntax=1.2.840.10008.1.2.1"), ("", "multipart/related"),
            ("/frames/1", $"{frames}; transfer-syntax=*"),
        })
        {
            using var answered = await AskAsync(what, accept);
            Assert.AreEqual(HttpStatusCode.OK, answered.StatusCode, $"{what}: {accept}");
        }

        async Task<HttpResponseMessage> AskAsync(string what, string accept)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"dicomweb/{path}{what}");
            request.Headers.TryAddWithoutValidation("Accept", accept); // viewers leave out the quotes
            return await service.Client.SendAsync(request);
        }

        // With its job, a result is gone.
        using var deleted = await service.Client.DeleteAsync($"api/jobs/{job.Id}");
        Assert.IsEmpty(await FindAsync(service, "studies"));
    }

    [TestMethod]
    public async Task A_result_is_sent_on_until_the_peer_has_it()
    {
        await using var peer = await RunningService.StartAsync("--Service:Dicom:QuietSeconds=0.2", "--Service:MaximumFiles=1");
        var address = $"--Service:Dicom:Peer:Url={peer.Client.BaseAddress}dicomweb/";
        await using (var service = await RunningService.StartAsync([.. _settings, address, "--Service:RetrySeconds=0.2"]))
        {
            using var log = new TextLog();
            service.LogTo(log);
            await RestoreAsync(service);
            await log.ContainsAsync("was not taken by the peer (413)");
        }

        await using var second = await RunningService.StartAsync();
        address = $"--Service:Dicom:Peer:Url={second.Client.BaseAddress}dicomweb/";
        await using var sender = await RunningService.StartAsync([.. _settings, address]);
        using var sent = new TextLog();
        sender.LogTo(sent);
        var (series, _) = await RestoreAsync(sender);
        await sent.ContainsAsync("the peer has its 2 objects");
        var there = (await second.SeriesAsync()).Single();
        Assert.AreEqual((series, 2), (there.SeriesInstanceUid, there.Objects));
    }

    private async Task<(string Series, JobView Job)> RestoreAsync(RunningService service)
    {
        await service.SendAsync([.. Enumerable.Range(1, 2).Select(i =>
        {
            var data = SyntheticDicom.Slice(i, i);
            data.SetText(new(0x0020, 0x1209), DicomVr.IS, "2"); // complete with both, however slowly they come
            data.SetText(Tags.PatientId, DicomVr.LO, "P%_1");
            data.SetText(new(0x0008, 0x0020), DicomVr.DA, "20240502");
            data.SetText(new(0x0008, 0x0050), DicomVr.SH, "A1");
            return _files.Write(data, $"{i}.dcm");
        })]);
        var job = await service.RestoredAsync((await service.ClosedAsync(1)).Single());
        var file = Directory.GetFiles(Path.Combine(service.Data, "results"), "*.dcm", SearchOption.AllDirectories)[0];
        return (DicomHeader.Read(file)["0020000E"]!, job);
    }

    private static async Task<JsonNode[]> FindAsync(RunningService service, string path)
    {
        using var answer = await service.Client.GetAsync($"dicomweb/{path}");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(
            (HttpStatusCode.OK, "application/dicom+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType), text);
        return [.. JsonNode.Parse(text)!.AsArray().OfType<JsonNode>()];
    }

    private static async Task<List<byte[]>> FetchAsync(RunningService service, string path)
    {
        using var answer = await service.Client.GetAsync($"dicomweb/{path}");
        var boundary = answer.Content.Headers.ContentType!.Parameters.Single(one => one.Name == "boundary").Value!;
        var reader = new MultipartReader(boundary, await answer.Content.ReadAsStreamAsync());
        var parts = new List<byte[]>();
        while (await reader.ReadNextSectionAsync() is { } part)
        {
            using var content = new MemoryStream();
            await part.Body.CopyToAsync(content);
            parts.Add(content.ToArray());
        }

        return parts;
    }

    private static string? Text(JsonNode element, string tag) => Convert.ToString(element[tag]?["Value"]?[0], CultureInfo.InvariantCulture);
}
