using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

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
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What a file may say.</summary>
    private static readonly string[] _said =
        ["name", "version", "licence", "data", "initialWeights", "sources", "limits", "ranges", "keepsMeans", "margins"];

    /// <summary>Those of them that are lists.</summary>
    private static readonly string[] _lists = ["sources", "limits", "ranges", "keepsMeans", "margins"];

    /// <summary>Reads a file whose margins are to be replaced; nothing where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON object.</exception>
    public static JsonObject ReadWhole(string path) => File.Exists(path) ? Parse(path) : [];

    /// <summary>Replaces the margins in a file, which keeps all else that it says but comments; makes it where it is not there.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON object.</exception>
    public static void WriteMargins(string path, IReadOnlyDictionary<string, MarginFactors> margins)
    {
        var card = ReadWhole(path);
        card["margins"] = JsonSerializer.SerializeToNode(margins, _json);
        AtomicFile.Write(path, card.ToJsonString(_json) + "\n");
    }

    /// <summary>Puts what a file says in the place of what a card says; what the file does not name stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="recorded">The card of the model.</param>
    /// <param name="tasks">The tasks of the model.</param>
    /// <exception cref="InvalidDataException">The file is no such JSON, names tasks that the model has not, or has values that no card
    /// can have.</exception>
    public static ModelCard Read(string path, ModelCard recorded, TaskVocabulary tasks)
    {
        var given = Parse(path);
        try
        {
            foreach (var (name, value) in given)
            {
                if (!_said.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    throw new JsonException($"it has an entry '{MessageText.OneLine(name, 60)}'; there are {string.Join(", ", _said)}.");
                }

                if (value is null && _lists.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    throw new JsonException($"'{name}' is null; leave it out, or give an empty one.");
                }
            }

            var said = given.Deserialize<ModelCard>(_json) ?? new();
            if (TatModelFormat.ProblemOf(said) is { } problem)
            {
                throw new JsonException($"{problem}.");
            }

            T Given<T>(string name, T there, T before) => given.ContainsKey(name) ? there : before;
            var means = Given("keepsMeans", ByTask(said.KeepsMeans, "keepsMeans"), recorded.KeepsMeans);

            // Margins were found with the means that were kept then; those of other results are unknown.
            var before = AreEqual(means, recorded.KeepsMeans) ? recorded.Margins : new Dictionary<string, MarginFactors>();
            return recorded with
            {
                Name = Given("name", said.Name, recorded.Name),
                Version = Given("version", said.Version, recorded.Version),
                Licence = Given("licence", said.Licence, recorded.Licence),
                Data = said.Data ?? recorded.Data,
                InitialWeights = said.InitialWeights ?? recorded.InitialWeights,
                Sources = Given("sources", said.Sources, recorded.Sources),
                Limits = Given("limits", said.Limits, recorded.Limits),
                Ranges = Given("ranges", ByTask(said.Ranges, "ranges"), recorded.Ranges),
                KeepsMeans = means,
                Margins = Given("margins", ByTask(said.Margins, "margins"), before),
            };
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"'{path}' is not the card of a model: {problem.Message}", problem);
        }

        Dictionary<string, T> ByTask<T>(IReadOnlyDictionary<string, T> values, string entry)
        {
            var named = new Dictionary<string, T>();
            foreach (var (name, value) in values)
            {
                if (!tasks.TryGet(name, out var task))
                {
                    throw new JsonException($"'{entry}' names the task '{MessageText.OneLine(name, 60)}', which the model has not learnt; "
                        + $"it has {string.Join(", ", tasks)}.");
                }

                if (!named.TryAdd(task.Name, value))
                {
                    throw new JsonException($"'{entry}' names the task {task} twice.");
                }
            }

            return named;
        }
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            var given = JsonNode.Parse(RegularFile.ReadAllText(path), new() { PropertyNameCaseInsensitive = true }, new()
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            }) as JsonObject ?? throw new JsonException("it is no object.");
            _ = given.Count;
            return given;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' is not the card of a model: {problem.Message}", problem);
        }
    }

    private static bool AreEqual(IReadOnlyDictionary<string, KeptMeans> one, IReadOnlyDictionary<string, KeptMeans> other) =>
        one.Count == other.Count && one.All(means => other.TryGetValue(means.Key, out var same) && same == means.Value);
}
