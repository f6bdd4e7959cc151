namespace Tat.Samples.Service.Jobs;

/// <summary>What is known of a job, durable from before it is accepted.</summary>
public sealed class Job
{
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

    /// <summary>The model that was asked for; <see langword="null"/> for the default.</summary>
    public string? Model { get; init; }

    /// <summary>Which model exactly has restored it; <see langword="null"/> until one has.</summary>
    public string? ModelHash { get; init; }

    /// <summary>The task that was asked for; <see langword="null"/> for that of the scan's modality.</summary>
    public string? Task { get; init; }

    /// <summary>How much of what the model changes is applied, 0 … 1.</summary>
    public double Strength { get; init; } = 1;

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
