using System.Text.Json;
using Tat.Torch.Files;
using Tat.Torch.Model;

namespace Tat.Samples.Shared;

/// <summary>
/// What people say of a model, in a JSON file: name, version, licence, data, what it started from, sources, limits, ranges.
/// </summary>
internal static class CardFile
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

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
            };
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"'{path}' is no card of a model: {problem.Message}", problem);
        }
    }
}
