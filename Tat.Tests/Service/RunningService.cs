using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tat.Samples.Service.Hosting;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Service;

/// <summary>The service in this process, on a port of its own, with an empty folder that is gone with it.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly TemporaryFolder _folder;
    private readonly WebApplication _app;

    private RunningService(TemporaryFolder folder, WebApplication app) =>
        (_folder, _app, Client) = (folder, app, new() { BaseAddress = new(app.Urls.Single()) });

    public HttpClient Client { get; }

    /// <summary>Where the service keeps everything.</summary>
    public string Data => _folder["data"];

    /// <summary>The bundled model as a file, for the service and for the program.</summary>
    public string Model => _folder["tat.onnx"];

    public string this[string name] => _folder[name];

    public static async Task<RunningService> StartAsync(params string[] settings)
    {
        var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tat.onnx"], TatPretrained.ToOnnx());
        var app = ServiceHost.Create([
            "--urls=http://127.0.0.1:0", $"--Service:Data={folder["data"]}", $"--Service:Model={folder["tat.onnx"]}",
            "--Service:MinimumFreeBytes=0", .. settings]);
        await app.StartAsync();
        return new(folder, app);
    }

    public void LogTo(ILoggerProvider log) => _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Uploads files, with fields.</summary>
    public Task<HttpResponseMessage> PostAsync(
        IEnumerable<(string Name, byte[] Content)> files, params (string Name, string Value)[] fields) =>
        Client.SendAsync(Request(files, fields));

    public static HttpRequestMessage Request(
        IEnumerable<(string Name, byte[] Content)> files, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        foreach (var (name, content) in files)
        {
            form.Add(new ByteArrayContent(content), "files", name);
        }

        return new(HttpMethod.Post, "api/jobs") { Content = form };
    }

    /// <summary>Uploads a file that the service must accept.</summary>
    public async Task<JobView> SubmitAsync(string file, params (string Name, string Value)[] fields)
    {
        using var response = await PostAsync([(Path.GetFileName(file), File.ReadAllBytes(file))], fields);
        return await AcceptedAsync(response);
    }

    public static async Task<JobView> AcceptedAsync(HttpResponseMessage response)
    {
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode, await response.Content.ReadAsStringAsync());
        var job = await response.Content.ReadFromJsonAsync<JobView>(Json);
        Assert.AreEqual($"/api/jobs/{job!.Id}", response.Headers.Location!.ToString());
        return job;
    }

    public async Task<JobView> GetAsync(Guid id) => (await Client.GetFromJsonAsync<JobView>($"api/jobs/{id}", Json))!;

    /// <summary>Waits until a job is at its end, as its events tell.</summary>
    public async Task<JobView> EndOfAsync(Guid id)
    {
        JobView? last = null;
        await using var stream = await Client.GetStreamAsync($"api/jobs/{id}/events");
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                last = JsonSerializer.Deserialize<JobView>(line["data: ".Length..], Json);
            }
        }

        return last!;
    }

    /// <summary>What a refused request must be answered with.</summary>
    public static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string reason)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.AreEqual((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType), text);
        Assert.Contains(reason, text);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
