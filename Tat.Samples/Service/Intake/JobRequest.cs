using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>What a job is made of.</summary>
public sealed record JobRequest : RestorationChoices
{
    /// <param name="choices">How it is to be restored.</param>
    public JobRequest(RestorationChoices choices)
        : base(choices)
    {
    }

    /// <summary>The identifier of the job.</summary>
    public required Guid Id { get; init; }

    /// <summary>What the user calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What the file or folder to restore is called.</summary>
    public required string Source { get; init; }

    public required JobPriority Priority { get; init; }

    /// <summary>What that which the result is to be compared with is called, where it was given.</summary>
    public string? Reference { get; init; }

    /// <summary>The hash of what <see cref="Reference"/> holds.</summary>
    public string? ReferenceContent { get; init; }

    /// <summary>By which a request that is sent again is known.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The hash of what the source holds, where it is known.</summary>
    public string? Content { get; init; }
}
