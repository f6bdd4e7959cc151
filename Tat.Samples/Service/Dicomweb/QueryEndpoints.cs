using System.Text.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats.Dicom;
using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>Searches among restored series (QIDO-RS; PS3.18, section 10.6).</summary>
internal static class QueryEndpoints
{
    private const int Most = 500, MostObjects = 20_000;

    private static readonly string[] _ofStudy =
    [
        "00080020", "00080030", "00080050", "00080090", "00081030", "00100010", "00100020", "00100030", "00100040", "0020000D", "00200010",
    ];

    private static readonly string[] _ofSeries = ["00080021", "00080031", "00080060", "0008103E", "0020000E", "00200011"];

    private static readonly string[] _ofInstance =
        ["00080016", "00080018", "00200013", "00280008", "00280010", "00280011", "00280100"];

    public static void MapQueries(this RouteGroupBuilder web)
    {
        foreach (var (path, search, what) in new (string, Delegate, string)[]
        {
            ("studies", StudiesAsync, "studies"),
            ("series", SeriesAsync, "series"),
            ("studies/{study}/series", SeriesAsync, "series of a study"),
            ("studies/{study}/instances", InstancesAsync, "objects of a study"),
            ("studies/{study}/series/{series}/instances", InstancesAsync, "objects of a series"),
        })
        {
            web.MapGet(path, search).WithSummary($"Restored {what} that match (QIDO-RS).").Produces(200, null, DicomJsonText.MediaType)
                .ProducesProblem(400).ProducesProblem(406);
        }
    }

    private static async Task<IResult> StudiesAsync(
        HttpRequest request, ArchiveStore store, CancellationToken cancellationToken, int offset = 0, int limit = 100)
    {
        DicomJsonText.CheckAccept(request);
        limit = RequestText.Limit(limit, Most);
        var found = await store.StudiesAsync(QueryText.MatchOf(request.Query, null, null), RequestText.Skip(offset, nameof(offset)),
            limit + 1, cancellationToken);
        var answers = new List<JsonObject>();
        foreach (var study in Some(found, limit, request))
        {
            using var images = await store.OpenAsync(study.First(), 0, cancellationToken);
            var answer = Chosen(images.Path, _ofStudy);
            answer["00080061"] = DicomJsonText.Values("CS", study.Select(one => one.Modality).OfType<string>().Distinct());
            answer["00081190"] = DicomJsonText.Value("UR", $"{RootOf(request)}/studies/{study.Key}");
            answer["00201206"] = DicomJsonText.Value("IS", study.Count());
            answer["00201208"] = DicomJsonText.Value("IS", study.Sum(one => one.Instances.Count));
            answers.Add(answer);
        }

        return DicomJsonText.Answer(answers);
    }

    private static async Task<IResult> SeriesAsync(
        HttpRequest request, ArchiveStore store, CancellationToken cancellationToken, string? study = null, int offset = 0, int limit = 100)
    {
        DicomJsonText.CheckAccept(request);
        limit = RequestText.Limit(limit, Most);
        var found = await store.SeriesAsync(QueryText.MatchOf(request.Query, study, null), RequestText.Skip(offset, nameof(offset)),
            limit + 1, cancellationToken);
        var answers = new List<JsonObject>();
        foreach (var series in Some(found, limit, request))
        {
            using var images = await store.OpenAsync(series, 0, cancellationToken);
            var answer = Chosen(images.Path, [.. _ofStudy, .. _ofSeries]);
            answer["00081190"] = DicomJsonText.Value("UR", AddressOf(request, series));
            answer["00201209"] = DicomJsonText.Value("IS", series.Instances.Count);
            answers.Add(answer);
        }

        return DicomJsonText.Answer(answers);
    }

    private static async Task<IResult> InstancesAsync(
        HttpRequest request, ArchiveStore store, CancellationToken cancellationToken, string study, string? series = null, int offset = 0,
        int limit = MostObjects)
    {
        DicomJsonText.CheckAccept(request);
        limit = RequestText.Limit(limit, MostObjects);
        var wanted = QueryText.InstancesOf(request.Query);
        var found = await store.SeriesAsync(QueryText.MatchOf(request.Query, study, series), 0, int.MaxValue, cancellationToken);
        var objects = found.SelectMany(one => one.Instances.Select((uid, place) => (Series: one, Uid: uid, Place: place)))
            .Where(one => wanted.Count == 0 || wanted.Contains(one.Uid)).Skip(RequestText.Skip(offset, nameof(offset))).Take(limit + 1);
        var answers = new List<JsonObject>();
        foreach (var one in Some([.. objects], limit, request))
        {
            using var images = await store.OpenAsync(one.Series, one.Place, cancellationToken);
            var answer = Chosen(images.Path, [.. _ofStudy, .. _ofSeries, .. _ofInstance]);
            answer["00081190"] = DicomJsonText.Value("UR", $"{AddressOf(request, one.Series)}/instances/{one.Uid}");
            answers.Add(answer);
        }

        return DicomJsonText.Answer(answers);
    }

    /// <summary>As many of what was found as are wanted; where there is more, the answer says so (PS3.18, section 8.3.4.4).</summary>
    private static IEnumerable<T> Some<T>(List<T> found, int limit, HttpRequest request)
    {
        if (found.Count > limit)
        {
            request.HttpContext.Response.Headers.Warning = "299 tat \"There are additional results that can be requested.\"";
        }

        return found.Take(limit);
    }

    /// <summary>All elements of a file but its pixels.</summary>
    public static JsonObject ElementsOf(string path)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            DicomHeader.Read(path).WriteJson(writer);
        }

        return JsonNode.Parse(buffer.ToArray())!.AsObject();
    }

    private static JsonObject Chosen(string path, IEnumerable<string> tags)
    {
        var all = ElementsOf(path);
        var chosen = new JsonObject
        {
            ["00080005"] = DicomJsonText.Value("CS", "ISO_IR 192"),
            ["00080056"] = DicomJsonText.Value("CS", "ONLINE"),
        };
        foreach (var tag in tags)
        {
            if (all.Remove(tag, out var element))
            {
                chosen[tag] = element;
            }
        }

        return chosen;
    }

    private static string AddressOf(HttpRequest request, RestoredSeries series) =>
        $"{RootOf(request)}/studies/{series.StudyInstanceUid}/series/{series.SeriesInstanceUid}";

    private static string RootOf(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}/dicomweb";
}
