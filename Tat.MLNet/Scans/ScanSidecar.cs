using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Model;

namespace Tat.MLNet.Scans;

/// <summary>JSON beside results, in the terms of BIDS derivatives.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">What it says.</param>
internal sealed record ScanSidecar(string Path, JsonObject Content)
{
    /// <summary>Who made a result.</summary>
    public static JsonObject Generator => new() { ["Name"] = "TAT for ML.NET", ["Version"] = ModelCard.LibraryVersion };

    /// <summary>Says beside a NIfTI file what it was made of, and how.</summary>
    public static ScanSidecar Of(string image, DerivedImageOptions options, string unit, IReadOnlyList<string> sources)
    {
        var generator = Generator;
        generator["Model"] = options.Model;
        if (options.ModelHash is not null)
        {
            generator["ModelHash"] = options.ModelHash;
        }

        generator["Parameters"] = new JsonObject(
            options.Parameters.Select(parameter => KeyValuePair.Create(parameter.Key, (JsonNode?)parameter.Value)));
        var path = image[..^NiftiPaths.EndingOf(image)!.Length] + ".json";
        var content = new JsonObject { ["Description"] = options.DescriptionSuffix };
        if (sources.Count > 0)
        {
            content["Sources"] = new JsonArray([.. sources.Select(source => (JsonNode?)source)]);
        }

        content["Units"] = unit;
        content["GeneratedBy"] = new JsonArray(generator);
        return new(path, content);
    }

    /// <summary>Writes the content.</summary>
    public void Write(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Content.WriteTo(writer);
    }
}
