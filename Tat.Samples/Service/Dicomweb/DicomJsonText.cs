using System.Text;
using System.Text.Json.Nodes;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>Elements in the DICOM JSON Model (PS3.18, annex F).</summary>
internal static class DicomJsonText
{
    public const string MediaType = "application/dicom+json";

    /// <summary>Refuses a request that does not accept this.</summary>
    /// <exception cref="Settings.ServiceProblem">It does not.</exception>
    public static void CheckAccept(HttpRequest request) => AcceptedTypes.Check(request, MediaType, "application/json");

    /// <summary>A value; no value where it is <see langword="null"/>.</summary>
    public static JsonObject Value(string vr, JsonNode? value) =>
        value is null ? new() { ["vr"] = vr } : new() { ["vr"] = vr, ["Value"] = new JsonArray(value) };

    /// <summary>Several values.</summary>
    public static JsonObject Values(string vr, IEnumerable<string> values) =>
        new() { ["vr"] = vr, ["Value"] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]) };

    /// <summary>An answer of objects, written one after the other.</summary>
    public static IResult Answer(IEnumerable<JsonObject> objects) => Results.Stream(async stream =>
    {
        var separator = "[";
        foreach (var one in objects)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{separator}{one.ToJsonString()}"));
            separator = ",\n";
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(separator == "[" ? "[]" : "]"));
    }, MediaType);

    /// <summary>A sequence.</summary>
    public static JsonObject Items(IEnumerable<JsonObject> items) => new() { ["vr"] = "SQ", ["Value"] = new JsonArray([.. items]) };
}
