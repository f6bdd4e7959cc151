using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Files.Writing;

namespace Tat.MLNet.Scans;

/// <summary>JSON beside results, in the terms of BIDS derivatives.</summary>
internal static class ScanSidecar
{
    /// <summary>Who made a result.</summary>
    public static JsonObject Generator => new() { ["Name"] = "TAT for ML.NET", ["Version"] = ProductVersion.Text };

    /// <summary>Says beside a NIfTI file what it was made of, and how.</summary>
    /// <returns>The sidecar.</returns>
    public static string Write(string image, DerivedImageOptions options, string unit, IReadOnlyList<string> sources)
    {
        var generator = Generator;
        generator["Model"] = options.Model;
        if (options.ModelHash is not null)
        {
            generator["ModelHash"] = options.ModelHash;
        }

        generator["Parameters"] = new JsonObject(options.Parameters.Select(parameter => KeyValuePair.Create(parameter.Key, (JsonNode?)parameter.Value)));
        var path = image[..^NiftiPaths.EndingOf(image)!.Length] + ".json";
        var content = new JsonObject { ["Description"] = options.DescriptionSuffix };
        if (sources.Count > 0)
        {
            content["Sources"] = new JsonArray([.. sources.Select(source => (JsonNode?)source)]);
        }

        content["Units"] = unit;
        content["GeneratedBy"] = new JsonArray(generator);
        Write(path, content);
        return path;
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    public static void Write(string path, JsonObject content)
    {
        using var file = new AtomicFile(path);
        using (var writer = new Utf8JsonWriter(file.Stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            content.WriteTo(writer);
        }

        file.Commit();
    }
}
