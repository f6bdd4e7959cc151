using System.Net;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Serving;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>Rules that choose more than task and model.</summary>
[TestClass]
public sealed class RuleChoicesTests
{
    [TestMethod]
    public async Task A_rule_chooses_and_both_series_are_found_and_fetched()
    {
        await using var service = await RunningService.StartAsync(
            "--Service:Dicom:QuietSeconds=0.3", "--Service:Dicom:Rules:0:Modality=MR", "--Service:Dicom:Rules:0:Factor=2",
            "--Service:Dicom:Rules:0:Uncertainty=true");
        using var files = new SyntheticDicom();
        await service.SendAsync(MrSlice(files, 1), MrSlice(files, 2));
        var job = await service.RestoredAsync((await service.ClosedAsync(1)).Single());
        Assert.AreEqual(("2x2", true, "MRI"), (job.Factor, job.Uncertainty, job.Task));
        Assert.HasCount(4, job.Results);

        var series = JsonNode.Parse(await service.Client.GetStringAsync("dicomweb/studies/1.2.3/series"))!.AsArray();
        Assert.HasCount(2, series.Select(Uid).Distinct());
        Assert.HasCount(1, series.Where(one => $"{one!["0008103E"]!["Value"]![0]}".Contains("90 % margin", StringComparison.Ordinal)));
        var objects = new List<string>();
        foreach (var uid in series.Select(Uid))
        {
            var instances = JsonNode.Parse(
                await service.Client.GetStringAsync($"dicomweb/studies/1.2.3/series/{uid}/instances"))!.AsArray();
            foreach (var instance in instances)
            {
                Assert.AreEqual(("32", "48"), ($"{instance!["00280010"]!["Value"]![0]}", $"{instance["00280011"]!["Value"]![0]}"));
                var name = $"{instance["00080018"]!["Value"]![0]}";
                using var fetched = await service.Client.GetAsync($"dicomweb/studies/1.2.3/series/{uid}/instances/{name}");
                Assert.AreEqual(HttpStatusCode.OK, fetched.StatusCode);
                objects.Add(name);
            }
        }

        Assert.HasCount(4, objects.Distinct());

        // As the library restores the same files: values and places.
        await service.Get<RestorationPool>().RestoreScanAsync(
            files.Folder, service["expected"], new() { Uncertainty = true, Reading = new() { Upsampling = new(2) } });
        await ChoicesTests.DownloadAsync(service, job, service["service"]);
        string[] names = ["", "_margin"];
        foreach (var (suffix, folder) in names.Zip(Directory.GetDirectories(service["service"]).Order(StringComparer.Ordinal)))
        {
            using var wanted = ImageFormats.Open(service[$"expected{suffix}"]);
            using var made = ImageFormats.Open(folder);
            Assert.AreEqual($"{wanted.Affine}", $"{made.Affine}");
            Assert.AreSequenceEqual(PixelsOf(wanted), PixelsOf(made));
        }

        static IEnumerable<float> PixelsOf(IImageScan scan) => NiftiSamples.SlicesOf(scan).SelectMany(slice => slice.Pixels);

        static string Uid(JsonNode? one) => $"{one!["0020000E"]!["Value"]![0]}";
    }

    [TestMethod]
    [DataRow("Modality=CT Factor=2", "Rules:0:Factor", "the task CT does not restore resolution")]
    [DataRow("Modality=MR Factor=5", "Rules:0:Factor", "use 1 to 4")]
    [DataRow("Factor=big", "Rules:0:Factor", "such as 2")]
    [DataRow("Strength=2", "Rules:0:Strength", "0 to 1")]
    [DataRow("Uncertainty=true LocalMeans=true", "Rules:0:Uncertainty", "leave out local means")]
    public async Task A_rule_that_cannot_be_followed_does_not_start(string rule, string setting, string reason)
    {
        var message = (await Assert.ThrowsAsync<InvalidOperationException>(() => RunningService.StartAsync(
            [.. rule.Split(' ').Select(part => $"--Service:Dicom:Rules:0:{part}")]))).Message;
        Assert.Contains(setting, message);
        Assert.Contains(reason, message);
    }

    /// <summary>Writes a slice of MR of 16 × 24 pixels of noise.</summary>
    private static string MrSlice(SyntheticDicom files, int number)
    {
        var data = SyntheticDicom.Slice(number, number);
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.4");
        data.SetText(Tags.Modality, DicomVr.CS, "MR");
        data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
        data.SetUnsigned(Tags.Rows, 16);
        data.SetUnsigned(Tags.Columns, 24);
        var random = new Random(number);
        return files.Write(data, [.. Enumerable.Range(0, 16 * 24).SelectMany(_ => BitConverter.GetBytes((short)random.Next(500, 1000)))]);
    }
}
