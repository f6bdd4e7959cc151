using System.Globalization;
using System.Text.Json;
using Tat.Torch.Files;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;

namespace Tat.Torch.Model;

/// <summary>The text that a model file carries beside its weights: architecture, tasks and model card as JSON.</summary>
internal static class TatModelFormat
{
    private const string FormatKey = "tat.format";
    private const string NetworkKey = "tat.network";
    private const string TasksKey = "tat.tasks";
    private const string CardKey = "tat.card";

    /// <summary>What the text of an exported model has beside these.</summary>
    public const string SignatureKey = "tat.signature";

    private static readonly string[] _keys = [FormatKey, NetworkKey, TasksKey, CardKey, SignatureKey, ContentChecksum.Key];

    // Version 2 says that a task is scaled by volume, which a program that reads version 1 alone would scale wrongly.
    private const string Version = "1";
    private const string VersionOfScaling = "2";

    // Version 3 says that a task fits the resolution.
    private const string VersionOfResolution = "3";

    /// <exception cref="InvalidDataException">The card has something that no reader would take.</exception>
    public static Dictionary<string, string> Write(TatNetworkOptions network, TaskVocabulary tasks, ModelCard card) => new()
    {
        [FormatKey] = tasks.Any(task => task.FitsResolution) ? VersionOfResolution
            : tasks.Any(task => task.Scaling != IntensityScaling.Fixed) ? VersionOfScaling : Version,
        [NetworkKey] = JsonSerializer.Serialize(network, TatModelJson.Default.TatNetworkOptions),
        [TasksKey] = JsonSerializer.Serialize([.. tasks.Select(TaskData.From)], TatModelJson.Default.TaskDataArray),
        [CardKey] = JsonSerializer.Serialize(
            ProblemOf(card) is { } problem
                ? throw new InvalidDataException($"The card of the model cannot be saved: {problem}.")
                : card,
            TatModelJson.Default.ModelCard),
    };

    /// <summary>Whether the text is that of a model file.</summary>
    public static bool Describes(IReadOnlyDictionary<string, string> metadata) => metadata.ContainsKey(FormatKey);

    /// <param name="metadata">The text.</param>
    /// <param name="source">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">The text is missing, of a newer version or damaged.</exception>
    public static (TatNetworkOptions Network, TaskVocabulary Tasks, ModelCard Card) Read(
        IReadOnlyDictionary<string, string> metadata, string source)
    {
        if (!metadata.TryGetValue(FormatKey, out var version))
        {
            throw new InvalidDataException($"{source} has tensors but is not a TAT model: it lacks a description of architecture and "
                + "tasks. Load bare weights by importing them.");
        }

        if (version is not (Version or VersionOfScaling or VersionOfResolution))
        {
            throw int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number > int.Parse(VersionOfResolution, CultureInfo.InvariantCulture)
                ? new InvalidDataException($"{source} has the format version {number}, which is newer than those that this program reads, "
                    + $"up to {VersionOfResolution}; update the program.")
                : new InvalidDataException($"{source} is damaged: its format version is no number from 1 up. Copy the file again.");
        }

        // A damaged name of the checksum would otherwise take its file for one from before there were checksums.
        if (metadata.Keys.FirstOrDefault(key => !_keys.Contains(key)) is { } unknown)
        {
            throw new InvalidDataException($"{source} is damaged: its description has an entry '{MessageText.OneLine(unknown, 120)}', "
                + "which no model has. Copy the file again.");
        }

        try
        {
            var network = JsonDefaults.Read(TextOf(metadata, NetworkKey), new(), TatModelJson.Default.TatNetworkOptions);
            network.Validate();
            var tasks = JsonSerializer.Deserialize(TextOf(metadata, TasksKey), TatModelJson.Default.TaskDataArray)
                ?? throw Missing(TasksKey);
            return (network, new TaskVocabulary(tasks.Select(data => (data ?? throw new JsonException("a task is null.")).ToTask())),
                Check(JsonDefaults.Read(TextOf(metadata, CardKey), new(), TatModelJson.Default.ModelCard)));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{source} is damaged: its description cannot be understood ({MessageText.OneLine(e.Message)}). Copy the file again.", e);
        }
    }

    /// <summary>Reads the text of a file and passes over its weights.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">What to call it in messages.</param>
    /// <exception cref="InvalidDataException">It is no model, of a newer version, or damaged anywhere.</exception>
    public static (TatNetworkOptions Network, TaskVocabulary Tasks, ModelCard Card) ReadFile(Stream stream, string path)
    {
        var reader = new SafetensorsReader(stream, path);
        var text = Read(reader.Metadata, $"'{path}'");
        reader.SkipAll();
        reader.VerifyChecksum();
        return text;
    }

    /// <summary>What is wrong with a card, as the rest of a sentence; <see langword="null"/> where nothing is.</summary>
    public static string? ProblemOf(ModelCard card)
    {
        if (card.TrainingPairs is null || HasNull(card.Validation?.Values) || HasNull(card.Training?.Values) || HasNull(card.Sources)
            || HasNull(card.Limits) || HasNull(card.Ranges?.Values) || HasNull(card.Margins?.Values) || HasNull(card.KeepsMeans?.Values))
        {
            return "a list of it has a null";
        }

        if (card.Margins!.FirstOrDefault(one => !one.Value.IsValid).Key is { } margin)
        {
            return $"the margins of {margin} are no factors: they are numbers from 0 to {MarginFactors.Largest}, one of which is above 0, "
                + "with a coverage from 0 to 1";
        }

        if (card.KeepsMeans!.FirstOrDefault(one => !one.Value.IsValid).Key is { } means)
        {
            return $"the kept means of {means} have no sizes above 0";
        }

        return card.Ranges!.FirstOrDefault(one => !one.Value.IsValid).Key is { } range
            ? $"a range of {range} begins above its end"
            : null;
    }

    private static bool HasNull<T>(IEnumerable<T>? values) => values?.Any(value => value is null) != false;

    private static ModelCard Check(ModelCard card) =>
        ProblemOf(card) is { } problem ? throw new JsonException($"of the model card, {problem}.") : card;

    private static string TextOf(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) ? text : throw Missing(key);

    private static JsonException Missing(string key) => new($"'{key}' is missing.");
}
