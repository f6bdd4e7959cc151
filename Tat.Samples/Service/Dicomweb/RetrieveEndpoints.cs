using System.Globalization;
using Tat.MLNet.Formats.Dicom;
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
                .Produces(200, null, DicomJsonText.MediaType).ProducesProblem(404).ProducesProblem(406);
        }

        web.MapGet($"{instance}/frames/{{frames}}", FramesAsync).WithSummary("The stored pixels of frames, such as 1 or 1,2 (WADO-RS).")
            .Produces(200, null, "multipart/related").ProducesProblem(400).ProducesProblem(404).ProducesProblem(406);

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
        AcceptedTypes.CheckParts(context.Request, DicomParts.ObjectType);
        var parts = new DicomParts(await FilesAsync(context, store, study, series, instance, cancellationToken));
        return Answer(context, parts);
    }

    private static async Task<IResult> FramesAsync(
        HttpContext context, ArchiveStore store, CancellationToken cancellationToken, string study, string series, string instance,
        string frames)
    {
        AcceptedTypes.CheckParts(context.Request, DicomParts.FrameType);
        var header = DicomHeader.Read((await FilesAsync(context, store, study, series, instance, cancellationToken))[0]);
        var wanted = NumbersOf(frames, header.Frames);
        var length = header.ReadStoredFrame(wanted[0]).Length; // what cannot be read is told before the answer begins
        return Answer(context, new(DicomParts.FrameType, [.. wanted.Select(frame =>
            ((long)length, new Func<Stream>(() => new MemoryStream(header.ReadStoredFrame(frame)))))]));
    }

    private static IResult Answer(HttpContext context, DicomParts parts)
    {
        context.Response.ContentLength = parts.Length;
        return Results.Stream(stream => parts.WriteAsync(stream, context.RequestAborted), parts.ContentType);
    }

    /// <summary>Frames from 0, of a list that counts them from 1.</summary>
    private static int[] NumbersOf(string list, int frames)
    {
        int[] numbers =
        [
            .. list.Split(',').Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                : throw new ServiceProblem(StatusCodes.Status400BadRequest, $"'{list}' is no list of frames; write 1, or 1,2.")),
        ];
        RenderedFrame.Check(frames, numbers);
        return [.. numbers.Select(number => number - 1)];
    }

    private static async Task<IResult> MetadataAsync(
        HttpContext context, ArchiveStore store, CancellationToken cancellationToken, string study, string? series = null,
        string? instance = null)
    {
        DicomJsonText.CheckAccept(context.Request);
        return DicomJsonText.Answer(
            (await FilesAsync(context, store, study, series, instance, cancellationToken)).Select(QueryEndpoints.ElementsOf));
    }

    private static async Task<IResult> RenderedAsync(
        HttpContext context, ArchiveStore store, CancellationToken cancellationToken, string study, string series, string instance,
        int frame = 1, string? window = null)
    {
        AcceptedTypes.Check(context.Request, RenderedFrame.MediaType);
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
}
