using System.Net;
using System.Net.Http.Json;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>What the service writes down about what it does.</summary>
[TestClass]
public sealed class LogTests
{
    private const string Patient = "Zaphod";

    [TestMethod]
    public async Task Nothing_of_a_patient_is_in_the_log()
    {
        await using var service = await RunningService.StartAsync("--Service:RetrySeconds=0.1");
        using var log = new TextLog();
        service.LogTo(log);
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Slice(1, 0);
        foreach (var tag in new DicomTag[]
        {
            Tags.PatientName, new(0x0008, 0x0080), new(0x0008, 0x0090), new(0x0008, 0x1030), new(0x0008, 0x103E), new(0x0010, 0x1040),
            new(0x0010, 0x4000), new(0x0008, 0x1010), new(0x0018, 0x1030),
        })
        {
            data.SetText(tag, tag == Tags.PatientName ? DicomVr.PN : DicomVr.LO, Patient);
        }

        data.SetText(Tags.PatientId, DicomVr.LO, Patient);
        files.Write(data, $"{Patient}.dcm");
        var source = Path.Combine(files.Folder, $"{Patient}.dcm");
        var job = await service.EndOfAsync((await service.SubmitAsync(source)).Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);

        // What fails, in as many ways as there are.
        await File.WriteAllBytesAsync(source, (await File.ReadAllBytesAsync(source))[..^40]);
        Assert.AreEqual(JobState.Failed, (await service.EndOfAsync((await service.SubmitAsync(source)).Id)).State);
        using var traversal = await service.PostAsync([($"../{Patient}.dcm", [1])], ("task", Patient));
        using var task = await service.PostAsync([($"{Patient}.dcm", [1])], ("task", Patient));
        using var archive = await service.PostAsync([($"{Patient}.zip", [1, 2, 3])]);
        using var path = await service.Client.PostAsJsonAsync("api/jobs", new { path = $"/{Patient}.dcm" });
        Assert.IsTrue(new[] { traversal, task, archive, path }.All(response => (int)response.StatusCode is >= 400 and < 500));
        Directory.Delete(Path.Combine(service.Data, "uploads"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(service.Data, "uploads"), "");
        using var broken = await service.PostAsync([($"{Patient}.dcm", [1])]);
        await RunningService.AssertProblemAsync(broken, HttpStatusCode.InternalServerError, "its log says why");

        Assert.Contains(job.Id.ToString(), log.Text);
        Assert.Contains("Exception", log.Text);
        Assert.DoesNotContain(Patient, log.Text, StringComparison.OrdinalIgnoreCase);
    }
}
