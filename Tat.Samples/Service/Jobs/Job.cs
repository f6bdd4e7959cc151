using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Jobs;

/// <summary>What is known of a job, durable from before it is accepted: how it is to be restored, and what has become of it.</summary>
public sealed record Job : RestorationChoices
{
    public Job() => Strength = 1;

    /// <param name="choices">How it is to be restored.</param>
    public Job(RestorationChoices choices)
        : base(choices) => Strength ??= 1;

    /// <summary>Grows with the time at which the job was accepted.</summary>
    public Guid Id { get; init; }

    /// <summary>What the user calls what was uploaded.</summary>
    public required string Name { get; init; }

    /// <summary>The file or folder to restore, as <see cref="JobFolders.NameOf"/> names it.</summary>
    public required string Source { get; init; }

    /// <summary>The hash of what <see cref="Source"/> holds; <see langword="null"/> where that is found out when it is restored.</summary>
    public string? Content { get; init; }

    /// <summary>What to compare the result with, where it was given, as <see cref="JobFolders.NameOf"/> names it.</summary>
    public string? Reference { get; init; }

    /// <summary>Which model exactly has restored it; <see langword="null"/> until one has.</summary>
    public string? ModelHash { get; init; }

    public JobPriority Priority { get; init; }

    /// <summary>By which a request that is sent again is known; unique.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The hash of everything that was asked for.</summary>
    public required string Fingerprint { get; init; }

    public JobState State { get; init; }

    /// <summary>How often the job was begun. Who began it last owns it, and nobody else may change its state.</summary>
    public int Attempts { get; init; }

    /// <summary>The share of its slices that is restored, 0 … 1.</summary>
    public double Progress { get; init; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Finished { get; init; }

    public string? Error { get; init; }

    /// <summary>The folder of the result below that of all results; jobs that ask for the same share it.</summary>
    public string? Result { get; init; }

    /// <summary>The scans that were restored.</summary>
    public IReadOnlyList<RestoredScan> Scans { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
