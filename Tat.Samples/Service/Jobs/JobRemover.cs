namespace Tat.Samples.Service.Jobs;

/// <summary>Removes jobs with all that they have on the disk.</summary>
public sealed class JobRemover(JobStore store, JobFolders folders)
{
    /// <summary>Removes a job; its result stays where another job has the same.</summary>
    /// <returns>Whether it was removed; a job that is not at its end is not.</returns>
    public async Task<bool> RemoveAsync(Job job)
    {
        if (!await store.DeleteAsync(job.Id))
        {
            return false;
        }

        await folders.RemoveUploadAsync(job.Id);
        await folders.RemoveSeriesAsync(job.Id);
        folders.RemoveWork(job.Id);
        if (job.Result is { } result)
        {
            await RemoveUnusedAsync(result);
        }

        return true;
    }

    /// <summary>Removes a result that no job has; one that is claimed at this very moment is put back.</summary>
    public async Task RemoveUnusedAsync(string result)
    {
        if (!await store.HasResultAsync(result) && await folders.SetAsideAsync(result) is { } aside)
        {
            if (await store.HasResultAsync(result))
            {
                await folders.PutBackAsync(aside, result);
            }
            else
            {
                await folders.RemoveAsideAsync(aside);
            }
        }
    }
}
