using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Jobs;

/// <summary>A job as callers see it.</summary>
public sealed record JobView(
    Guid Id, JobState State, double Progress, string? Task, string Name, JobPriority Priority, int Attempts, DateTimeOffset Created,
    DateTimeOffset? Started, DateTimeOffset? Finished, string? Error, string Model, string? ModelHash, IReadOnlyList<ResultFile> Results,
    IReadOnlyList<string> Warnings)
{
    public static JobView Of(Job job) => new(
        job.Id, job.State, job.Progress, job.Task ?? TaskOf(job), job.Name, job.Priority, job.Attempts, job.Created, job.Started,
        job.Finished, job.Error, job.Model ?? ServiceOptions.DefaultModel, job.ModelHash,
        [.. job.Scans.SelectMany(scan => scan.Files)], job.Warnings);

    /// <summary>The task of all scans; <see langword="null"/> where there is none yet, or several.</summary>
    private static string? TaskOf(Job job) => job.Scans.Select(scan => scan.Task).Distinct().ToList() is [var task] ? task : null;
}
