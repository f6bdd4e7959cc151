using System.IO.Compression;
using System.Net;
using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>A service that keeps nothing of patients.</summary>
[TestClass]
public sealed class DeidentifiedIntakeTests : IDisposable
{
    private const string Patient = "Zaphod", On = "--Service:DeidentifyIntake=true";
    private readonly SyntheticDicom _files = new();

    public void Dispose() => _files.Dispose();

    [TestMethod]
    public async Task Nothing_of_a_patient_is_in_uploads_results_database_and_log()
    {
        await using var service = await RunningService.StartAsync(
            On, "--Service:Dicom:QuietSeconds=0.3", "--Service:Dicom:Rules:0:Modality=PT");
        using var log = new TextLog();
        service.LogTo(log);

        // A study in a zip, with what lies beside it; a volume; and a series of another system.
        Directory.CreateDirectory(service[$"{Patient}"]);
        File.Copy(Pet(), service[$"{Patient}/{Patient}.dcm"]);
        File.WriteAllText(service[$"{Patient}/{Patient}.json"], Patient);
        ZipFile.CreateFromDirectory(service[Patient], service[$"{Patient}.zip"]);
        var uploaded = await service.EndOfAsync((await service.SubmitAsync(service[$"{Patient}.zip"])).Id);
        var volume = NiftiSamples.WriteRamp(service[$"{Patient}.nii"]);
        var restored = await service.EndOfAsync((await service.SubmitAsync(volume, ("task", "CT"))).Id);
        await service.SendAsync(Pet());
        var series = (await service.ClosedAsync(1)).Single();
        var sent = await service.RestoredAsync(series);
        Assert.AreEqual("Succeeded Succeeded Succeeded",
            string.Join(' ', new[] { uploaded, restored, sent }.Select(job => job.State)), $"{uploaded.Error} {restored.Error}");
        Assert.AreNotEqual("1.2.3.4", series.SeriesInstanceUid);

        using var burned = await service.PostAsync([($"{Patient}.dcm", await File.ReadAllBytesAsync(Burned()))]);
        await RunningService.AssertProblemAsync(burned, HttpStatusCode.BadRequest, "burned");
        using var nothing = await service.PostAsync([($"{Patient}.txt", [1])]);
        await RunningService.AssertProblemAsync(nothing, HttpStatusCode.BadRequest, "no image");

        Assert.Contains(uploaded.Id.ToString(), log.Text);
        Assert.DoesNotContain(Patient, log.Text, StringComparison.OrdinalIgnoreCase);
        var kept = Directory.GetFiles(service.Data, "*", SearchOption.AllDirectories);
        Assert.IsTrue(Array.Exists(kept, file => file.EndsWith("service.db", StringComparison.Ordinal)));
        foreach (var file in kept.Where(file => Path.GetFileName(file) != "lock")) // which is empty, and held
        {
            Assert.DoesNotContain(Patient, file, StringComparison.OrdinalIgnoreCase);
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            Assert.DoesNotContain(Patient, Encoding.Latin1.GetString(bytes), StringComparison.OrdinalIgnoreCase, file);
        }
    }

    [TestMethod]
    public async Task PET_is_restored_as_it_is_with_its_patient()
    {
        await using var service = await RunningService.StartAsync(On);
        await using var other = await RunningService.StartAsync();
        var pixels = new List<float[]>();
        foreach (var one in new[] { service, other })
        {
            var job = await one.EndOfAsync((await one.SubmitAsync(Pet())).Id);
            Assert.AreEqual((JobState.Succeeded, "PET"), (job.State, job.Task), job.Error);
            await File.WriteAllBytesAsync(one["result.dcm"], await one.Client.GetByteArrayAsync($"api/jobs/{job.Id}/result"));
            using var scan = ImageFormats.Open(one["result.dcm"]);
            Assert.AreEqual("SUV", scan.Unit);
            pixels.Add(scan.ReadSlice(0).Pixels);
        }

        Assert.AreSequenceEqual(pixels[1], pixels[0]);
    }

    [TestMethod]
    public async Task What_comes_twice_is_known_and_objects_of_a_series_stay_together()
    {
        await using var service = await RunningService.StartAsync(
            On, "--Service:Dicom:Rules:0:Modality=CT");
        var files = new[] { 1, 2 }.Select(number =>
        {
            var data = SyntheticDicom.Slice(number, number);
            data.SetText(new(0x0020, 0x1209), DicomVr.IS, "2");
            return _files.Write(data, $"{number}.dcm");
        }).ToArray();
        await service.SendAsync(files[0]);
        await service.SendAsync(files[1]);
        Assert.AreEqual(2, (await service.ClosedAsync(1)).Single().Objects);
        await service.SendAsync(files);
        Assert.HasCount(1, await service.SeriesAsync());
        Assert.AreEqual("1.2.3.4.1", DicomHeader.Read(files[0])["00080018"]);
    }

    [TestMethod]
    [DataRow("--Service:Dicom:Rules:0:Description=head", "may name patients")]
    [DataRow("--Service:Roots:0=/srv", "name none")]
    public void Settings_that_contradict_it_do_not_start(string setting, string reason) => Assert.Contains(reason,
        Assert.ThrowsExactly<InvalidOperationException>(() => Tat.Samples.Service.Hosting.ServiceHost.Create(On, setting)).Message);

    private string Pet()
    {
        var data = SyntheticDicom.Pet();
        foreach (var tag in new DicomTag[]
        {
            Tags.PatientName, Tags.PatientId, new(0x0008, 0x0080), new(0x0008, 0x0090), new(0x0008, 0x1030), new(0x0008, 0x103E),
            new(0x0010, 0x1040), new(0x0010, 0x4000), new(0x0008, 0x1010), new(0x0018, 0x1030), new(0x0010, 0x2160), new(0x0009, 0x0010),
        })
        {
            data.SetText(tag, tag == Tags.PatientName ? DicomVr.PN : DicomVr.LO, Patient);
        }

        return _files.Write(data);
    }

    private string Burned()
    {
        var data = SyntheticDicom.Slice(1, 0);
        data.SetText(Tags.BurnedInAnnotation, DicomVr.CS, "YES");
        return _files.Write(data);
    }
}
