using System.Net.Http.Json;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>Jobs that have been kept long enough.</summary>
[TestClass]
public sealed class RetentionTests
{
    [TestMethod]
    public async Task They_go_with_their_uploads_and_results_and_not_before()
    {
        using var data = new TemporaryFolder();
        var setting = $"--Service:Data={data["kept"]}";
        await using (var first = await RunningService.StartAsync(setting, "--Service:RetentionDays=1"))
        {
            var job = await first.SubmitAsync(NiftiSamples.WriteRamp(first["scan.nii"]), ("task", "CT"));
            Assert.AreEqual(JobState.Succeeded, (await first.EndOfAsync(job.Id)).State);
        }

        await using (var second = await RunningService.StartAsync(setting, "--Service:RetentionDays=1"))
        {
            Assert.AreEqual(1, await CountAsync(second));
        }

        await using var third = await RunningService.StartAsync(setting, "--Service:RetentionDays=0.000001");
        while (await CountAsync(third) > 0 || Left() > 0)
        {
            await Task.Delay(50);
        }

        int Left() => new[] { "uploads", "results", "work" }
            .Sum(folder => Directory.GetFileSystemEntries(Path.Combine(data["kept"], folder)).Length);
    }

    private static async Task<int> CountAsync(RunningService service) =>
        (await service.Client.GetFromJsonAsync<JobPage>("api/jobs", RunningService.Json))!.Total;
}
