using Microsoft.Extensions.Options;
using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Background;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>Sends restored series on to the peer (STOW-RS), each until the peer has all of it.</summary>
internal sealed partial class PeerSender(
    ArchiveStore store, IHttpClientFactory clients, IOptions<ServiceOptions> options, ILogger<PeerSender> log)
    : RecurringWork(TimeSpan.FromSeconds(1))
{
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (await store.NextToSendAsync(DateTimeOffset.UtcNow, cancellationToken) is { } series)
        {
            await SendAsync(series, cancellationToken);
        }
    }

    protected override void NotDone(string kind) => NotSent(kind);

    private async Task SendAsync(RestoredSeries series, CancellationToken cancellationToken)
    {
        var failure = await TrySendAsync(series, cancellationToken);
        if (failure is null)
        {
            await store.SentAsync(series);
            Sent(series.Id, series.Instances.Count);
        }
        else
        {
            await store.NotSentAsync(series, TimeSpan.FromSeconds(options.Value.RetrySeconds));
            NotTaken(series.Id, failure);
        }
    }

    /// <summary>Sends a series.</summary>
    /// <returns>Why the peer does not have it; <see langword="null"/> where it has.</returns>
    private async Task<string?> TrySendAsync(RestoredSeries series, CancellationToken cancellationToken)
    {
        var peer = options.Value.Dicom.Peer;
        using var images = await store.OpenAsync(series, cancellationToken);
        using var parts = new DicomParts(series.Files.Select(file => Path.Combine(images.Path, file)));
        parts.Headers.TryAddWithoutValidation("Content-Type", parts.ContentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{peer.Url!.TrimEnd('/')}/studies") { Content = parts };
        request.Headers.TryAddWithoutValidation("Accept", DicomJsonText.MediaType);
        if (!string.IsNullOrEmpty(peer.Authorization))
        {
            request.Headers.TryAddWithoutValidation("Authorization", peer.Authorization);
        }

        try
        {
            using var client = clients.CreateClient();
            client.Timeout = TimeSpan.FromSeconds(peer.TimeoutSeconds);
            using var response = await client.SendAsync(request, cancellationToken);
            return response.StatusCode == System.Net.HttpStatusCode.OK ? null : $"{(int)response.StatusCode}";
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException
            || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return problem.GetType().Name;
        }
    }

    [LoggerMessage(40, LogLevel.Information, "Restored series {Id}: the peer has its {Objects} objects.")]
    private partial void Sent(Guid id, int objects);

    [LoggerMessage(41, LogLevel.Warning, "Restored series {Id} was not taken by the peer ({Failure}); it is sent again.")]
    private partial void NotTaken(Guid id, string failure);

    [LoggerMessage(42, LogLevel.Warning, "Restored series were not sent: {Kind}; it is tried again.")]
    private partial void NotSent(string kind);
}
