using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>Hands restored objects out (WADO-RS; PS3.18, section 10.4): as they are, as metadata, and as pictures.</summary>
internal static class RetrieveEndpoints
{
    public static void MapRetrieval(this RouteGroupBuilder web)
    {
        const string study = "studies/{study}", series = $"{study}/series/{{series}}", instance = $"{series}/instances/{{instance}}";
        foreach (var path in new[] { study, series, instance })
        {
            web.MapGet(path, ObjectsAsync).WithSummary("Restored objects (WADO-RS).").Produces(200, null, "multipart/related")
                .ProducesProblem(404).ProducesProblem(406);
            web.MapGet($"{path}/metadata", MetadataAsync).WithSummary("Their elements but the pixels (WADO-RS).")
                .Produces(200, null, DicomJsonText.MediaType).ProducesProblem(404);
        }

        foreach (var path in new[] { $"{instance}/rendered", $"{instance}/frames/{{frame:int}}/rendered" })
        {
            web.MapGet(path, RenderedAsync).WithSummary("A frame as a picture (WADO-RS).").Produces(200, null, RenderedFrame.MediaType)
                .ProducesProblem(400).ProducesProblem(404).ProducesProblem(406);
        }
    }

    private static async Task<IResult> ObjectsAsync(
        HttpContext context, ArchiveStore store, CancellationToken cancellationToken, string study, string? series = null,
        string? instance = null)
    {
        CheckAccept(context.Request, "multipart/related");
        var parts = new DicomParts(await FilesAsync(context, store, study, series, instance, cancellationToken));
        context.Response.ContentLength = parts.Length;
        return Results.Stream(stream => parts.WriteAsync(stream, cancellationToken), parts.ContentType);
    }

    private static async Task<IResult> MetadataAsync(
        HttpContext context, ArchiveStore store, CancellationToken cancellationToken, string study, string? series = null,
        string? instance = null) => DicomJsonText.Answer(
            (await FilesAsync(context, store, study, series, instance, cancellationToken)).Select(QueryEndpoints.ElementsOf));

    private static async Task<IResult> RenderedAsync(
        HttpContext context, ArchiveStore store, CancellationToken cancellationToken, string study, string series, string instance,
        int frame = 1, string? window = null)
    {
        CheckAccept(context.Request, RenderedFrame.MediaType);
        var file = (await FilesAsync(context, store, study, series, instance, cancellationToken))[0];
        return Results.Bytes(await Task.Run(() => RenderedFrame.Of(file, frame, window), cancellationToken), RenderedFrame.MediaType);
    }

    /// <summary>The files of what is asked for, which can be read until the answer is sent.</summary>
    private static async Task<IReadOnlyList<string>> FilesAsync(HttpContext context, ArchiveStore store, string study, string? series,
        string? instance, CancellationToken cancellationToken)
    {
        var match = new SeriesMatch { Studies = [study], Series = series is null ? [] : [series] };
        var files = new List<string>();
        foreach (var one in await store.SeriesAsync(match, 0, int.MaxValue, cancellationToken))
        {
            var place = instance is null ? 0 : one.Instances.ToList().IndexOf(instance);
            if (place < 0)
            {
                continue;
            }

            var images = await (instance is null
                ? store.OpenAsync(one, cancellationToken)
                : store.OpenAsync(one, place, cancellationToken));
            context.Response.RegisterForDispose(images);
            files.AddRange(instance is null ? one.Files.Select(file => Path.Combine(images.Path, file)) : [images.Path]);
        }

        return files.Count > 0 ? files : throw new ServiceProblem(StatusCodes.Status404NotFound,
            "There is no such restored object; it may not be restored yet, or its job was deleted.");
    }

    private static void CheckAccept(HttpRequest request, string type)
    {
        var accepted = request.GetTypedHeaders().Accept;
        var own = new Microsoft.Net.Http.Headers.MediaTypeHeaderValue(type);
        if (accepted.Count > 0 && !accepted.Any(one => one.MatchesAllTypes || (one.Type == own.Type
            && (one.MatchesAllSubTypes || one.SubType.Equals(own.SubType, StringComparison.OrdinalIgnoreCase)))))
        {
            throw new ServiceProblem(StatusCodes.Status406NotAcceptable, $"It is sent as {type}; accept that.");
        }
    }
}
