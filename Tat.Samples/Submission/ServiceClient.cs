using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Tat.Samples.Submission;

/// <summary>Speaks with a restoration service; waits where it is asked to, and while it does not answer.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private int _refusals;

    /// <param name="server">Its address.</param>
    /// <param name="key">A key that it knows; <see langword="null"/> where it asks for none.</param>
    public ServiceClient(Uri server, string? key)
    {
        _client.BaseAddress = server.AbsoluteUri.EndsWith('/') ? server : new($"{server.AbsoluteUri}/");
        if (key is not null)
        {
            _client.DefaultRequestHeaders.Add("X-Api-Key", key);
        }
    }

    /// <summary>Where the service is.</summary>
    public string Address => $"{_client.BaseAddress}";

    /// <summary>How often the service asked to send something later.</summary>
    public int Refusals => _refusals;

    /// <summary>Whether there is a service; this is not tried again.</summary>
    /// <exception cref="HttpRequestException">There is none, or it does not know the key.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync("api/tasks", cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Sends files, which become a job; with the same key again, the same job.</summary>
    /// <param name="root">The folder to which the files are named relative.</param>
    /// <param name="files">Their full paths.</param>
    /// <param name="fields">What is asked for, such as the task.</param>
    /// <param name="idempotencyKey">By which the request is known again; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <exception cref="HttpRequestException">The service refuses it; the message says why.</exception>
    public async Task<ServiceJob> SubmitAsync(string root, IReadOnlyList<string> files, IReadOnlyDictionary<string, string> fields,
        string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() =>
        {
            var form = new MultipartFormDataContent();
            foreach (var (name, value) in fields)
            {
                form.Add(new StringContent(value), name);
            }

            foreach (var file in files)
            {
                form.Add(new StreamContent(File.OpenRead(file)), "files", Path.GetRelativePath(root, file).Replace('\\', '/'));
            }

            var request = new HttpRequestMessage(HttpMethod.Post, "api/jobs") { Content = form };
            if (idempotencyKey is not null)
            {
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            }

            return request;
        }, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<ServiceJob>(_json, cancellationToken))!;
    }

    /// <summary>Waits until a job is at its end.</summary>
    /// <param name="id">The job.</param>
    /// <param name="interval">How often to ask.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<ServiceJob> EndOfAsync(Guid id, TimeSpan interval, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var response = await SendAsync(() => new(HttpMethod.Get, $"api/jobs/{id}"), cancellationToken);
            var job = (await response.Content.ReadFromJsonAsync<ServiceJob>(_json, cancellationToken))!;
            if (!job.IsOpen)
            {
                return job;
            }

            await Task.Delay(interval, cancellationToken);
        }
    }

    /// <summary>Opens the result of a job: its file, or a zip of several.</summary>
    public async Task<Stream> OpenResultAsync(Guid id, CancellationToken cancellationToken)
    {
        var response = await SendAsync(() => new(HttpMethod.Get, $"api/jobs/{id}/result"), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>Removes a job that is at its end, with its files.</summary>
    public async Task RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new(HttpMethod.Delete, $"api/jobs/{id}"), cancellationToken);
    }

    /// <summary>What the service measures, as Prometheus reads it.</summary>
    public Task<string> MetricsAsync(CancellationToken cancellationToken) => _client.GetStringAsync("metrics", cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        while (true)
        {
            var delay = _patience;
            try
            {
                using var request = make();
                var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.InsufficientStorage
                        or HttpStatusCode.ServiceUnavailable))
                    {
                        throw new HttpRequestException(await ReasonAsync(response, cancellationToken), null, response.StatusCode);
                    }

                    Interlocked.Increment(ref _refusals);
                    delay = response.Headers.RetryAfter?.Delta ?? delay;
                }
            }
            catch (HttpRequestException problem) when (problem.StatusCode is null)
            {
                // It does not answer: it may be started again.
            }

            await Task.Delay(delay, cancellationToken);
        }
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return problem.GetProperty("detail").GetString() ?? response.ReasonPhrase ?? "";
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"The service answers {(int)response.StatusCode} {response.ReasonPhrase}.";
        }
    }
}
