namespace Tat.Samples.Submission;

/// <summary>A job as a service tells of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="State">queued, running, succeeded, failed, cancelled or dead.</param>
/// <param name="Error">Why it has failed.</param>
/// <param name="Results">The files of its result.</param>
internal sealed record ServiceJob(Guid Id, string State, string? Error, IReadOnlyList<ServiceFile> Results)
{
    public bool IsOpen => State is "queued" or "running";

    public bool HasResult => State is "succeeded";
}

/// <summary>A file of a result.</summary>
/// <param name="Name">Its name below the result.</param>
internal sealed record ServiceFile(string Name);
