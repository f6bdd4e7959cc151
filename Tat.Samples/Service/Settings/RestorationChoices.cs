using System.Text.Json.Serialization;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.MLNet.Serving;
using Tat.Torch.Tasks;

namespace Tat.Samples.Service.Settings;

/// <summary>How scans are restored, as requests, rules and jobs tell it; what is left out is as usual.</summary>
public record RestorationChoices
{
    /// <summary>The model; <see langword="null"/> for the default.</summary>
    public string? Model { get; init; }

    /// <summary>The task; <see langword="null"/> for that of the scan's modality.</summary>
    public string? Task { get; init; }

    /// <summary>How much of what the model changes is applied, 0 … 1; <see langword="null"/> for 1.</summary>
    public double? Strength { get; init; }

    /// <summary>Super-resolution: how many times as many rows and columns the result has, such as 2, or 1x2 for the columns alone;
    /// <see langword="null"/> for as many as its source.</summary>
    [JsonConverter(typeof(TextOrNumber))]
    public string? Factor { get; init; }

    /// <summary>Whether slices are restored in eight orientations and averaged: less error in eight times the time.</summary>
    public bool? Ensemble { get; init; }

    /// <summary>Whether results keep what was measured: the local means of the scan; of MRI, the frequencies that the scanner
    /// measured.</summary>
    public bool? LocalMeans { get; init; }

    /// <summary>Whether a second image tells how far each value may be off: restored ± margin holds the value of a good scan in 90 of 100
    /// pixels; in eight times the time, and without <see cref="LocalMeans"/> and <see cref="Strength"/>.</summary>
    public bool? Uncertainty { get; init; }

    /// <summary>How much finer than its own grid a scan is read; <see langword="null"/> for as it is.</summary>
    internal UpsamplingFactor? Grid => UpsamplingFactor.TryParse(Factor, out var factor) ? factor : null;

    /// <summary>Whether slices are restored in several orientations.</summary>
    internal bool TakesOrientations => Ensemble == true || Uncertainty == true;

    /// <summary>What is chosen beside model, task and strength, by which results are told apart; nothing where it is as usual.</summary>
    internal IEnumerable<string> Further
    {
        get
        {
            (string Name, string? Value)[] all =
            [
                ("factor", Grid?.ToString()), ("ensemble", OfFlag(Ensemble)), ("localMeans", OfFlag(LocalMeans)),
                ("uncertainty", OfFlag(Uncertainty)),
            ];
            return all.Where(one => one.Value is not null).Select(one => $"{one.Name}={one.Value}");

            static string? OfFlag(bool? flag) => flag == true ? "true" : null;
        }
    }

    /// <summary>The choices as the library takes them.</summary>
    internal ScanRestorationOptions ToOptions() => new()
    {
        Task = Task,
        Strength = Strength ?? 1,
        Reading = new() { Upsampling = Grid },
        Ensemble = Ensemble == true,
        LocalMeans = LocalMeans == true,
        Uncertainty = Uncertainty == true,
    };

    /// <summary>Checks what can be told without the model.</summary>
    /// <param name="require">Is told whether a choice holds, its name, and what to do otherwise.</param>
    internal void Validate(Action<bool, string, string> require)
    {
        require(Strength is null or (>= 0 and <= 1), nameof(Strength), "use a number from 0 to 1");
        require(string.IsNullOrEmpty(Factor) || Grid is not null, nameof(Factor),
            "use a number of at least 1, such as 2, or one for rows and one for columns, such as 1x2");
        require(Uncertainty != true || (Strength is null or 1 && LocalMeans != true), nameof(Uncertainty),
            "leave out local means and strength, as margins are those of the model's own result, in full");
    }

    /// <summary>Checks what depends on the model, as far as it can be told before the scan is read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="modality">The modality, where no task is chosen; <see langword="null"/> where it is not known.</param>
    /// <param name="require">Is told whether a choice holds, its name, and what to do otherwise.</param>
    internal void Validate(RestorationPool model, string? modality, Action<bool, string, string> require)
    {
        var name = string.IsNullOrEmpty(Task) ? DicomModality.TaskOf(modality) : Task;
        RestorationTask[] tasks = name is null ? [.. model.Tasks] : model.Tasks.TryGet(name, out var known) ? [known] : [];
        var subject = name is null ? "the model" : $"the task {name}";
        var largest = tasks.Where(task => task.FitsResolution).Max(task => task.UpscalingFactor);
        require(Grid is null || largest is not null, nameof(Factor),
            $"leave it out, as {subject} does not restore resolution and has no use for a finer grid");
        require(Grid is not { } grid || Math.Max(grid.Rows, grid.Columns) <= largest, nameof(Factor),
            FormattableString.Invariant($"use 1 to {largest}, for which the model was trained"));
        require(Uncertainty != true || tasks.Any(task => model.Card.Margins.ContainsKey(task.Name)), nameof(Uncertainty),
            $"leave it out, as the margins of the model were not calibrated for {subject}");
    }
}
