using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tat.Tests.Service;

/// <summary>A collector that takes OpenTelemetry by OTLP over HTTP (opentelemetry-proto, trace/v1 and metrics/v1), as Protocol
/// Buffers.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<byte[]> _bodies = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    public ConcurrentQueue<string> Metrics { get; } = new();

    /// <summary>All that came, as text.</summary>
    public string Text => string.Join('\n', _bodies.Select(Encoding.Latin1.GetString));

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/v1/traces", (HttpRequest request) => receiver.TakeAsync(request, span =>
        {
            var fields = Fields(span);
            receiver.Spans.Enqueue(new(Hex(fields, 1), Hex(fields, 2), Hex(fields, 4), TextOf(fields, 5),
                string.Join(' ', fields.Where(field => field.Number == 9).Select(field => Encoding.UTF8.GetString(field.Value)))));
        }));
        receiver._app.MapPost("/v1/metrics", (HttpRequest request) => receiver.TakeAsync(request, metric =>
            receiver.Metrics.Enqueue(TextOf(Fields(metric), 1))));
        await receiver._app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request, Action<byte[]> take)
    {
        Assert.AreEqual("application/x-protobuf", request.ContentType);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _bodies.Enqueue(body.ToArray());

        // Resources, scopes of each, spans or metrics of each.
        foreach (var item in Fields(body.ToArray()).Where(field => field.Number == 1)
            .SelectMany(resource => Fields(resource.Value)).Where(field => field.Number == 2)
            .SelectMany(scope => Fields(scope.Value)).Where(field => field.Number == 2))
        {
            take(item.Value);
        }

        return Results.Bytes([], "application/x-protobuf");
    }

    private static string Hex(List<(int Number, byte[] Value)> fields, int number) =>
        Convert.ToHexStringLower(fields.FirstOrDefault(field => field.Number == number).Value ?? []);

    private static string TextOf(List<(int Number, byte[] Value)> fields, int number) =>
        Encoding.UTF8.GetString(fields.FirstOrDefault(field => field.Number == number).Value ?? []);

    /// <summary>The fields of a message that have a length.</summary>
    private static List<(int Number, byte[] Value)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray()));
            }
            else
            {
                input.SkipLastField();
            }
        }

        return fields;
    }
}

/// <summary>A span.</summary>
/// <param name="Trace">Its trace.</param>
/// <param name="Id">Itself.</param>
/// <param name="Parent">What it is part of; empty for nothing.</param>
/// <param name="Name">What it is.</param>
/// <param name="Tags">Names and values of its tags, among other bytes.</param>
internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, string Tags);
