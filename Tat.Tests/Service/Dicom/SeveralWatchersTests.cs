using System.Net.Http.Json;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>Several processes that accept jobs, and look after the same series.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class SeveralWatchersTests
{
    private const int Count = 12;

    [TestMethod]
    public async Task A_series_becomes_one_job_whoever_closes_it()
    {
        using var servers = await JobServers.StartAsync();
        using var data = new TemporaryFolder();
        using var files = new SyntheticDicom();
        string[] settings =
        [
            "--Service:Role=web", $"--Service:Data={data["shared"]}", "--Service:Dicom:QuietSeconds=0.3",
            "--Service:Dicom:Rules:0:Modality=CT", .. servers.Settings,
        ];
        await using var first = await RunningService.StartAsync(settings);
        await using var second = await RunningService.StartAsync(settings);
        using var log = new TextLog();
        first.LogTo(log);
        second.LogTo(log);
        for (var i = 0; i < Count; i++)
        {
            await (i % 2 == 0 ? first : second).SendAsync(files.Write(SyntheticDicom.Slice(1, 1, $"1.2.3.{i}"), $"{i}.dcm"));
        }

        var series = await first.ClosedAsync(Count);
        Assert.IsTrue(series.All(one => one.State == SeriesState.Submitted));
        var jobs = (await second.Client.GetFromJsonAsync<JobPage>("api/jobs?take=100", RunningService.Json))!.Items;
        Assert.AreSequenceEqual(series.Select(one => one.Id).Order(), jobs.Select(job => job.Id).Order());
        Assert.DoesNotContain("were not looked after", log.Text);
    }
}
