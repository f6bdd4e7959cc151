using System.Text.Json.Serialization;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training.Resuming;

/// <summary>What a checkpoint says of itself beside its tensors.</summary>
internal sealed record CheckpointManifest
{
    /// <summary>Version of the product that wrote it.</summary>
    public required string ProductVersion { get; init; }

    /// <summary>Iteration, best validation and the other counters.</summary>
    public required TrainingCounters Counters { get; init; }

    /// <summary>Iterations of the whole training.</summary>
    public required long Iterations { get; init; }

    /// <summary>Architecture, tasks, training options and data by name, as text.</summary>
    public required SortedDictionary<string, string> Settings { get; init; }

    /// <summary>
    /// Architecture, tasks and card as a model file carries them, so that a checkpoint is a model, too; <see langword="null"/> in one of an
    /// earlier version.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Model { get; init; }

    /// <summary>A hash of <see cref="Settings"/>.</summary>
    public required string SettingsHash { get; init; }

    /// <summary>The seed: every random stream is named by it and by an iteration or list position, and has no other state.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Where each task's shuffled list stands.</summary>
    public required IReadOnlyList<ListPosition> Lists { get; init; }
}

/// <summary>Where a task's endless list of shuffled pairs stands; the order of each round follows from seed, task and round.</summary>
/// <param name="Task">The task.</param>
/// <param name="Pairs">Number of its training pairs.</param>
/// <param name="Taken">Patches taken so far.</param>
internal sealed record ListPosition(string Task, int Pairs, long Taken);

/// <summary>How manifests are read and written.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CheckpointManifest))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
