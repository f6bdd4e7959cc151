namespace Tat.Samples.Service.Jobs;

/// <summary>Where the images of a job are, for those who look at them.</summary>
public sealed class JobScans(JobStore store, JobFolders folders)
{
    /// <summary>Finds the scans of a job that were restored.</summary>
    /// <returns>The scans; <see langword="null"/> where there is no such job, or it has no result yet.</returns>
    public async Task<JobImages?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        await store.FindAsync(id, cancellationToken) is { State: JobState.Succeeded, Result: { } result } job
            ? new(job.Reference is { } reference ? folders.PathOf(reference) : null, job.Model,
            [
                .. job.Scans.Select(scan => new ScanImages(scan.Task, Path.Combine(folders.PathOf(job.Source), scan.Source),
                    scan.SeriesInstanceUid, Path.Combine(folders.ResultOf(result), scan.Result))),
            ])
            : null;
}
