using System.Text.Json;
using System.Text.Json.Serialization;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>A task, as <c>inspect --json</c> shows those of a model, and as files of own tasks define them.</summary>
internal sealed record ModelTask(
    string Name, string Quantity, string Unit,
    [property: JsonConverter(typeof(JsonStringEnumConverter<IntensityScaling>))] IntensityScaling Scaling, bool FitsResolution,
    double? UpscalingFactor, float[] NormalizationRange, float[]? MetricWindow)
{
    public static ModelTask Of(RestorationTask task) =>
        new(task.Name, task.Quantity, task.Unit, task.Scaling, task.FitsResolution, task.UpscalingFactor,
            [task.NormalizationRange.Minimum, task.NormalizationRange.Maximum],
            task.MetricWindow is { } window ? [window.Minimum, window.Maximum] : null);

    /// <summary>Reads a file of tasks.</summary>
    /// <exception cref="InvalidDataException">It cannot be understood; the message names the line and the property.</exception>
    public static IReadOnlyList<ModelTask> ReadFile(string path) => JsonFile.Read<ModelTask[]>(
        path, JsonFile.Options(JsonNamingPolicy.CamelCase), tasks => _ = new TaskVocabulary(tasks.Select(task => task.ToTask())));

    /// <summary>The task itself.</summary>
    /// <exception cref="ArgumentException">A property is missing, or out of its range.</exception>
    public RestorationTask ToTask() => new(Name, Quantity ?? Name, Unit ?? "", RangeOf(NormalizationRange, "normalizationRange"),
        MetricWindow is null ? null : RangeOf(MetricWindow, "metricWindow"))
    {
        Scaling = Scaling,
        FitsResolution = FitsResolution,
        UpscalingFactor = UpscalingFactor,
    };

    private static IntensityRange RangeOf(float[]? numbers, string property) => numbers is [var minimum, var maximum]
        ? new(minimum, maximum)
        : throw new ArgumentException("The range of a task is two numbers: [0, 255], for example.", property);

    /// <summary>The task in a line.</summary>
    public string Describe() => FormattableString.Invariant($"{Quantity} in {Unit}, ") + (MetricWindow is null
        ? "scaled by the level of each volume, measured unclipped"
        : FormattableString.Invariant(
            $"normalised from [{NormalizationRange[0]}, {NormalizationRange[1]}], measured in [{MetricWindow[0]}, {MetricWindow[1]}]"))
        + (FitsResolution ? FormattableString.Invariant($", restored on the grid on which k-space is filled to 1/{UpscalingFactor}") : "");
}
