using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Intake;

/// <summary>What a job is made of.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Name">What the user calls it.</param>
/// <param name="Source">What the file or folder to restore is called.</param>
/// <param name="Task">The task; <see langword="null"/> for that of the scan's modality.</param>
/// <param name="Priority">The priority.</param>
/// <param name="Strength">How much of what the model changes is applied, 0 … 1.</param>
public sealed record JobRequest(Guid Id, string Name, string Source, string? Task, JobPriority Priority, double Strength)
{
    /// <summary>The model; <see langword="null"/> for the default.</summary>
    public string? Model { get; init; }

    /// <summary>What that which the result is to be compared with is called, where it was given.</summary>
    public string? Reference { get; init; }

    /// <summary>The hash of what <see cref="Reference"/> holds.</summary>
    public string? ReferenceContent { get; init; }

    /// <summary>By which a request that is sent again is known.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The hash of what the source holds, where it is known.</summary>
    public string? Content { get; init; }
}
