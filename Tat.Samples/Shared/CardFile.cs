using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;

namespace Tat.Samples.Shared;

/// <summary>
/// What people say of a model, in a JSON file: name, version, licence, data, what it started from, sources, limits, ranges, tasks
/// that keep means, margins.
/// </summary>
internal static class CardFile
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads a file whose margins are to be replaced; nothing where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON object.</exception>
    public static JsonObject ReadWhole(string path)
    {
        try
        {
            return !File.Exists(path) ? [] : JsonNode.Parse(RegularFile.ReadAllText(path), documentOptions: new()
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            }) as JsonObject ?? throw new JsonException("it is no object.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"'{path}' is not the card of a model: {problem.Message}", problem);
        }
    }

    /// <summary>Replaces the margins in a file, which keeps all else that it says but comments; makes it where it is not there.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON object.</exception>
    public static void WriteMargins(string path, IReadOnlyDictionary<string, MarginFactors> margins)
    {
        var card = ReadWhole(path);
        card["margins"] = JsonSerializer.SerializeToNode(margins, _json);
        AtomicFile.Write(path, card.ToJsonString(_json) + "\n");
    }

    /// <summary>Adds what a file says to what training has recorded.</summary>
    /// <exception cref="InvalidDataException">The file is no such JSON.</exception>
    public static ModelCard Read(string path, ModelCard recorded)
    {
        try
        {
            var said = JsonSerializer.Deserialize<ModelCard>(RegularFile.ReadAllText(path), _json)
                ?? throw new JsonException("it is null.");
            return recorded with
            {
                Name = said.Name,
                Version = said.Version,
                Licence = said.Licence,
                Data = said.Data ?? recorded.Data,
                InitialWeights = said.InitialWeights ?? recorded.InitialWeights,
                Sources = said.Sources,
                Limits = said.Limits,
                Ranges = said.Ranges,
                KeepsMeans = said.KeepsMeans,
                Margins = said.Margins.Count > 0 ? said.Margins : recorded.Margins,
            };
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"'{path}' is not the card of a model: {problem.Message}", problem);
        }
    }
}
