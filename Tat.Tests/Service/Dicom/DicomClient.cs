using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;

namespace Tat.Tests.Service;

/// <summary>What another system asks of the service by DICOMweb.</summary>
internal static class DicomClient
{
    private const int Polls = 1200;

    /// <summary>Sends objects (STOW-RS).</summary>
    public static async Task<HttpResponseMessage> StoreAsync(
        this RunningService service, IEnumerable<string> files, string path = "studies")
    {
        using var content = Objects(files.Select(File.ReadAllBytes));
        return await service.Client.PostAsync($"dicomweb/{path}", content);
    }

    public static MultipartContent Objects(IEnumerable<byte[]> objects)
    {
        var content = new MultipartContent("related", "objects");
        content.Headers.ContentType!.Parameters.Add(new("type", "\"application/dicom\""));
        foreach (var bytes in objects)
        {
            content.Add(new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/dicom") } });
        }

        return content;
    }

    /// <summary>Sends objects that the service must store.</summary>
    public static async Task SendAsync(this RunningService service, params string[] files)
    {
        using var response = await service.StoreAsync(files);
        var text = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(200, (int)response.StatusCode, text);
        Assert.HasCount(files.Length, JsonNode.Parse(text)!["00081199"]!["Value"]!.AsArray());
    }

    public static async Task<SeriesView[]> SeriesAsync(this RunningService service) =>
        [.. (await service.Client.GetFromJsonAsync<SeriesPage>("api/series", RunningService.Json))!.Items];

    /// <summary>Waits until the metrics have a line, since those of the last moments may come again.</summary>
    public static async Task MeasuresAsync(this RunningService service, string line)
    {
        var measured = "";
        for (var i = 0; i < Polls && !measured.Contains(line, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
            measured = await service.Client.GetStringAsync("metrics");
        }

        Assert.Contains(line, measured);
    }

    /// <summary>Waits until no series is open any more.</summary>
    /// <returns>The series, the first one first.</returns>
    public static async Task<SeriesView[]> ClosedAsync(this RunningService service, int count)
    {
        SeriesView[] series = [];
        for (var i = 0; i < Polls; i++)
        {
            series = await service.SeriesAsync();
            if (series.Length >= count && series.All(one => one.State != SeriesState.Collecting))
            {
                Assert.HasCount(count, series);
                return [.. series.Reverse()];
            }

            await Task.Delay(100);
        }

        throw new AssertFailedException($"The series are still open: {string.Join(", ", series.Select(one => one.State))}.");
    }

    /// <summary>Waits until a series is restored.</summary>
    public static async Task<JobView> RestoredAsync(this RunningService service, SeriesView series)
    {
        Assert.AreEqual(SeriesState.Submitted, series.State, series.Remark);
        var job = await service.EndOfAsync(series.Id);
        Assert.AreEqual(JobState.Succeeded, job.State, job.Error);
        return job;
    }
}
