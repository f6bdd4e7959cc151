using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Settings;
using Wolverine.EntityFrameworkCore;

namespace Tat.Samples.Service.Jobs;

/// <summary>Keeps jobs and moves them from state to state; safe for concurrent use, by several processes too.</summary>
public sealed class JobStore(IServiceScopeFactory scopes, IOptions<ServiceOptions> options)
{
    private static readonly JobState[] _open = [JobState.Queued, JobState.Running];

    /// <summary>Keeps a job and queues it: both, or none.</summary>
    /// <param name="job">The job.</param>
    /// <param name="also">What else is kept with it.</param>
    public async Task AddAsync(Job job, Action<JobsContext>? also = null)
    {
        await using var scope = scopes.CreateAsyncScope();
        var outbox = scope.ServiceProvider.GetRequiredService<IDbContextOutbox<JobsContext>>();
        outbox.DbContext.Add(job);
        also?.Invoke(outbox.DbContext);
        await outbox.PublishAsync(MessageOf(job));
        await outbox.SaveChangesAndFlushMessagesAsync();
    }

    public Task<Job?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        QueryAsync(jobs => jobs.FirstOrDefaultAsync(job => job.Id == id, cancellationToken));

    public Task<Job?> FindByKeyAsync(string key, CancellationToken cancellationToken) =>
        QueryAsync(jobs => jobs.FirstOrDefaultAsync(job => job.IdempotencyKey == key, cancellationToken));

    /// <summary>Some of the jobs, the newest first.</summary>
    public Task<JobPage> ListAsync(JobState? state, int skip, int take, CancellationToken cancellationToken) => QueryAsync(async jobs =>
    {
        var chosen = state is { } wanted ? jobs.Where(job => job.State == wanted) : jobs;
        var total = await chosen.CountAsync(cancellationToken);
        var page = await chosen.OrderByDescending(job => job.Id).Skip(skip).Take(take).ToListAsync(cancellationToken);
        return new JobPage(total, skip, take, [.. page.Select(JobView.Of)]);
    });

    public Task<int> CountAsync(JobState state, CancellationToken cancellationToken = default) =>
        QueryAsync(jobs => jobs.CountAsync(job => job.State == state, cancellationToken));

    /// <summary>Jobs that were at their end before a time, some of them.</summary>
    public Task<List<Job>> FinishedBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        QueryAsync(jobs => jobs.Where(job => job.Finished != null && job.Finished < time).OrderBy(job => job.Id).Take(1000)
            .ToListAsync(cancellationToken));

    /// <summary>Whether a job has, or is about to have, a result.</summary>
    public Task<bool> HasResultAsync(string result) =>
        QueryAsync(jobs => jobs.AnyAsync(job => job.Result == result));

    /// <summary>Those of some results that a job has.</summary>
    public Task<List<string>> ResultsAmongAsync(string[] results, CancellationToken cancellationToken) => QueryAsync(jobs =>
        jobs.Where(job => results.Contains(job.Result)).Select(job => job.Result!).Distinct().ToListAsync(cancellationToken));

    /// <summary>The states of those of some jobs that there are.</summary>
    public Task<Dictionary<Guid, JobState>> StatesAsync(Guid[] ids, CancellationToken cancellationToken) => QueryAsync(jobs =>
        jobs.Where(job => ids.Contains(job.Id)).ToDictionaryAsync(job => job.Id, job => job.State, cancellationToken));

    /// <summary>Counts an attempt, before its work begins.</summary>
    /// <returns>The attempt; <see langword="null"/> where there is nothing to do: the job is at its end, or gone.</returns>
    public async Task<Attempt?> BeginAsync(Guid id)
    {
        while (await FindAsync(id) is { State: JobState.Queued or JobState.Running } job)
        {
            if (job.Attempts >= options.Value.Attempts)
            {
                await EndAsync(new(job, job.Attempts), JobState.Dead, Joined($"it was begun {job.Attempts} times, and each time what "
                    + "restored it ended without a word; it may need more memory than there is", job.Error));
                return null;
            }

            // Whoever else begins it at this moment has changed the number.
            if (await UpdateAsync(
                one => one.Id == id && one.Attempts == job.Attempts && _open.Contains(one.State), set => set
                    .SetProperty(one => one.State, JobState.Running)
                    .SetProperty(one => one.Attempts, job.Attempts + 1)
                    .SetProperty(one => one.Progress, 0)
                    .SetProperty(one => one.Started, DateTimeOffset.UtcNow)))
            {
                return new(job, job.Attempts + 1);
            }
        }

        return null;
    }

    /// <summary>Keeps how far an attempt is.</summary>
    /// <returns>Whether it is still the one that counts.</returns>
    public Task<bool> ReportAsync(Attempt attempt, double progress) =>
        UpdateAsync(Owned(attempt), set => set.SetProperty(one => one.Progress, progress));

    /// <summary>Says under which name an attempt is about to keep its result, so that nobody removes it.</summary>
    /// <returns>Whether the attempt is still the one that counts.</returns>
    public Task<bool> ClaimAsync(Attempt attempt, string result) =>
        UpdateAsync(Owned(attempt), set => set.SetProperty(one => one.Result, result));

    /// <summary>Ends a job with the result that was claimed.</summary>
    /// <returns>Whether the attempt was still the one that counts.</returns>
    public Task<bool> SucceedAsync(
        Attempt attempt, string? modelHash, IReadOnlyList<RestoredScan> scans, IReadOnlyList<string> warnings) =>
        UpdateAsync(Owned(attempt), set => set
            .SetProperty(one => one.State, JobState.Succeeded)
            .SetProperty(one => one.Progress, 1)
            .SetProperty(one => one.Finished, DateTimeOffset.UtcNow)
            .SetProperty(one => one.Error, (string?)null)
            .SetProperty(one => one.ModelHash, modelHash)
            .SetProperty(one => one.Scans, scans)
            .SetProperty(one => one.Warnings, warnings));

    /// <summary>Ends a job without a result.</summary>
    public Task<bool> EndAsync(Attempt attempt, JobState state, string error) =>
        UpdateAsync(one => one.Id == attempt.Job.Id && one.Attempts == attempt.Number && _open.Contains(one.State), set => set
            .SetProperty(one => one.State, state)
            .SetProperty(one => one.Finished, DateTimeOffset.UtcNow)
            .SetProperty(one => one.Result, (string?)null)
            .SetProperty(one => one.Error, error));

    /// <summary>Keeps why an attempt has failed, and ends the job where that was the last one.</summary>
    /// <returns>When to begin it again; <see langword="null"/> for never.</returns>
    public async Task<TimeSpan?> RetryAsync(Attempt attempt, string error)
    {
        if (attempt.Number >= options.Value.Attempts)
        {
            await EndAsync(attempt, JobState.Dead, error);
            return null;
        }

        return await UpdateAsync(Owned(attempt), set => set
            .SetProperty(one => one.State, JobState.Queued)
            .SetProperty(one => one.Result, (string?)null)
            .SetProperty(one => one.Error, error))
            ? TimeSpan.FromSeconds(options.Value.RetrySeconds * Math.Pow(2, attempt.Number - 1))
            : null;
    }

    /// <summary>Takes back an attempt that the service itself has ended, because it stops: it does not count.</summary>
    public Task GiveBackAsync(Attempt attempt) => UpdateAsync(Owned(attempt), set => set
        .SetProperty(one => one.State, JobState.Queued)
        .SetProperty(one => one.Attempts, attempt.Number - 1));

    /// <summary>Cancels a job that is not at its end; whoever restores it is told when it reports how far it is.</summary>
    public Task<bool> CancelAsync(Guid id) => UpdateAsync(one => one.Id == id && _open.Contains(one.State), set => set
        .SetProperty(one => one.State, JobState.Cancelled)
        .SetProperty(one => one.Result, (string?)null)
        .SetProperty(one => one.Finished, DateTimeOffset.UtcNow));

    /// <summary>Removes a job that is at its end.</summary>
    public Task<bool> DeleteAsync(Guid id) => QueryAsync(async jobs =>
        await jobs.Where(one => one.Id == id && !_open.Contains(one.State)).ExecuteDeleteAsync() == 1);

    private static Expression<Func<Job, bool>> Owned(Attempt attempt) =>
        one => one.Id == attempt.Job.Id && one.Attempts == attempt.Number && one.State == JobState.Running;

    private static object MessageOf(Job job) =>
        job.Priority == JobPriority.Urgent ? new RestoreUrgent(job.Id) : new RestoreBatch(job.Id);

    private static string Joined(string reason, string? before) => before is null ? $"{reason}." : $"{reason}; before that: {before}";

    private Task<bool> UpdateAsync(Expression<Func<Job, bool>> which, Action<UpdateSettersBuilder<Job>> set) =>
        QueryAsync(async jobs => await jobs.Where(which).ExecuteUpdateAsync(set) == 1);

    private Task<T> QueryAsync<T>(Func<IQueryable<Job>, Task<T>> query) =>
        JobsContext.QueryAsync(scopes, context => query(context.Jobs.AsNoTracking()));
}
