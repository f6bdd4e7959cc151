using Tat.MLNet.Scans;

namespace Tat.Samples.Service.Jobs;

/// <summary>What the images of a job are called, for those who look at them.</summary>
public sealed class JobScans(JobStore store)
{
    /// <summary>Finds the scans of a job that were restored.</summary>
    /// <returns>The scans; <see langword="null"/> where there is no such job, or it has no result yet.</returns>
    public async Task<JobImages?> FindAsync(Guid id, CancellationToken cancellationToken = default)
    {
        if (await store.FindAsync(id, cancellationToken) is not { State: JobState.Succeeded, Result: { } result } job)
        {
            return null;
        }

        var folder = JobFolders.NameOfResult(result);
        return new(job.Reference, job.Model, job.Grid,
        [
            .. job.Scans.Select(scan => new ScanImages(scan.Task, Below(job.Source, scan.Source), scan.SeriesInstanceUid,
                Below(folder, scan.Result), job.Uncertainty == true ? Below(folder, ScanJob.MarginOf(scan.Result)) : null)),
        ]);
    }

    private static string Below(string name, string path) =>
        path.Length == 0 ? name : $"{name}/{path.Replace(Path.DirectorySeparatorChar, '/')}";
}
