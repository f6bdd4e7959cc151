using System.Text.Json;
using System.Text.Json.Serialization;
using Tat.Torch.Tasks;

namespace Tat.Torch.Model;

/// <summary>The text that a model file carries beside its weights: architecture, tasks and model card as JSON.</summary>
internal static class TatModelFormat
{
    private const string FormatKey = "tat.format";
    private const string NetworkKey = "tat.network";
    private const string TasksKey = "tat.tasks";
    private const string CardKey = "tat.card";

    // Version 2 says that a task is scaled by volume, which a program that reads version 1 alone would scale wrongly.
    private const string Version = "1";
    private const string VersionOfScaling = "2";

    private static readonly JsonSerializerOptions _json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 16,
    };

    public static Dictionary<string, string> Write(TatNetworkOptions network, TaskVocabulary tasks, ModelCard card) => new()
    {
        [FormatKey] = tasks.All(task => task.Scaling == IntensityScaling.Fixed) ? Version : VersionOfScaling,
        [NetworkKey] = JsonSerializer.Serialize(network, _json),
        [TasksKey] = JsonSerializer.Serialize(tasks.Select(TaskData.From), _json),
        [CardKey] = JsonSerializer.Serialize(card, _json),
    };

    /// <summary>Whether the text is that of a model file.</summary>
    public static bool Describes(IReadOnlyDictionary<string, string> metadata) => metadata.ContainsKey(FormatKey);

    /// <exception cref="InvalidDataException">The text is missing, of another version or damaged.</exception>
    public static (TatNetworkOptions Network, TaskVocabulary Tasks, ModelCard Card) Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(FormatKey, out var version))
        {
            throw new InvalidDataException("The file has tensors but is not a TAT model: it says nothing of architecture and tasks. Load bare weights through a checkpoint import.");
        }

        if (version is not (Version or VersionOfScaling))
        {
            throw new InvalidDataException($"The model has format version {version}, and this program reads versions {Version} and {VersionOfScaling}; update the program.");
        }

        try
        {
            var network = Parse<TatNetworkOptions>(metadata, NetworkKey);
            network.Validate();
            return (network, new TaskVocabulary(Parse<TaskData[]>(metadata, TasksKey).Select(data => data.ToTask())), Parse<ModelCard>(metadata, CardKey));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The description inside the model is damaged: {e.Message} Copy the file again.", e);
        }
    }

    private static T Parse<T>(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) && JsonSerializer.Deserialize<T>(text, _json) is { } value ? value : throw new JsonException($"'{key}' is missing.");

    private sealed record TaskData(
        string Name, string Quantity, string Unit, float Minimum, float Maximum, float MetricMinimum, float MetricMaximum, double? DoseReduction, double? UpscalingFactor)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public IntensityScaling Scaling { get; init; }

        public static TaskData From(RestorationTask task)
        {
            var (range, window) = (task.NormalizationRange, task.MetricWindow ?? task.NormalizationRange);
            return new(task.Name, task.Quantity, task.Unit, range.Minimum, range.Maximum, window.Minimum, window.Maximum, task.DoseReduction, task.UpscalingFactor) { Scaling = task.Scaling };
        }

        public RestorationTask ToTask() => new(Name, Quantity, Unit, new(Minimum, Maximum), new(MetricMinimum, MetricMaximum))
        {
            DoseReduction = DoseReduction,
            UpscalingFactor = UpscalingFactor,
            Scaling = Scaling,
        };
    }
}
