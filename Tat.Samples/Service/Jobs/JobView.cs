using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Jobs;

/// <summary>A job as callers see it.</summary>
public sealed record JobView(
    Guid Id, JobState State, double Progress, string Name, JobPriority Priority, int Attempts, DateTimeOffset Created,
    DateTimeOffset? Started, DateTimeOffset? Finished, string? Error, string? ModelHash, IReadOnlyList<ResultFile> Results,
    IReadOnlyList<string> Warnings) : RestorationChoices
{
    public static JobView Of(Job job) => new(
        job.Id, job.State, job.Progress, job.Name, job.Priority, job.Attempts, job.Created, job.Started, job.Finished, job.Error,
        job.ModelHash, [.. job.Scans.SelectMany(scan => scan.Files)], job.Warnings)
    {
        Model = job.Model ?? ServiceOptions.DefaultModel,
        Task = job.Task ?? TaskOf(job),
        Strength = job.Strength,
        Factor = job.Factor,
        Ensemble = job.Ensemble,
        LocalMeans = job.LocalMeans,
        Uncertainty = job.Uncertainty,
    };

    /// <summary>The task of all scans; <see langword="null"/> where there is none yet, or several.</summary>
    private static string? TaskOf(Job job) => job.Scans.Select(scan => scan.Task).Distinct().ToList() is [var task] ? task : null;
}
