using Microsoft.EntityFrameworkCore;
using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Series;

/// <summary>Keeps what is known of received series; safe for concurrent use, by several processes too.</summary>
public sealed class SeriesStore(IServiceScopeFactory scopes)
{
    public Task AddAsync(ReceivedSeries series) => QueryAsync(context =>
    {
        context.Add(series);
        return context.SaveChangesAsync();
    });

    public Task<ReceivedSeries?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        QueryAsync(context => All(context).FirstOrDefaultAsync(one => one.Id == id, cancellationToken));

    /// <summary>The last revision of a series; <see langword="null"/> where nothing of it has come.</summary>
    public Task<ReceivedSeries?> LatestAsync(string study, string series, CancellationToken cancellationToken) =>
        QueryAsync(context => All(context).Where(one => one.StudyInstanceUid == study && one.SeriesInstanceUid == series)
            .OrderByDescending(one => one.Revision).FirstOrDefaultAsync(cancellationToken));

    /// <summary>Some of the series, the newest first.</summary>
    public Task<SeriesPage> ListAsync(SeriesState? state, int skip, int take, CancellationToken cancellationToken) =>
        QueryAsync(async context =>
        {
            var chosen = All(context).Where(one => state == null || one.State == state);
            var total = await chosen.CountAsync(cancellationToken);
            var page = await chosen.OrderByDescending(one => one.Id).Skip(skip).Take(take).ToListAsync(cancellationToken);
            return new SeriesPage(total, skip, take, [.. page.Select(SeriesView.Of)]);
        });

    public Task<int> CountAsync(SeriesState state) =>
        QueryAsync(context => All(context).CountAsync(one => one.State == state));

    /// <summary>Series that are complete: nothing has come since a time, or all that was to come is there.</summary>
    public Task<List<ReceivedSeries>> CompleteAsync(DateTimeOffset quietSince, CancellationToken cancellationToken) =>
        QueryAsync(context => All(context)
            .Where(one => one.State == SeriesState.Collecting
                && (one.LastReceived <= quietSince || one.Expected != null && one.Objects >= one.Expected))
            .OrderBy(one => one.LastReceived).Take(100).ToListAsync(cancellationToken));

    /// <summary>Tells that an object is about to be added.</summary>
    /// <returns>Whether it may be: the series is not closed.</returns>
    public Task<bool> OpenAsync(ReceivedSeries series) => QueryAsync(async context => await All(context)
        .Where(one => one.Id == series.Id && one.State != SeriesState.Submitted)
        .ExecuteUpdateAsync(set => set
            .SetProperty(one => one.State, SeriesState.Collecting)
            .SetProperty(one => one.LastReceived, DateTimeOffset.UtcNow)
            .SetProperty(one => one.Remark, (string?)null)) == 1);

    /// <summary>Counts an object that was added.</summary>
    public Task CountObjectAsync(ReceivedSeries series) => QueryAsync(context => All(context).Where(one => one.Id == series.Id)
        .ExecuteUpdateAsync(set => set.SetProperty(one => one.Objects, one => one.Objects + 1)));

    /// <summary>Keeps a series as it is, with the reason why it is not restored.</summary>
    public Task KeepAsync(ReceivedSeries series, string remark) => QueryAsync(context => All(context)
        .Where(one => one.Id == series.Id && one.State == SeriesState.Collecting && one.Objects == series.Objects
            && one.LastReceived == series.LastReceived)
        .ExecuteUpdateAsync(set => set
            .SetProperty(one => one.State, SeriesState.Unmatched)
            .SetProperty(one => one.Remark, remark)));

    /// <summary>Series whose jobs are gone, and those that were kept since before a time.</summary>
    public Task<List<Guid>> OutdatedAsync(DateTimeOffset? keptSince, CancellationToken cancellationToken) =>
        QueryAsync(context => All(context)
            .Where(one => one.State == SeriesState.Submitted
                ? !context.Jobs.Any(job => job.Id == one.Id)
                : one.State == SeriesState.Unmatched && keptSince != null && one.LastReceived < keptSince)
            .Select(one => one.Id).ToListAsync(cancellationToken));

    /// <summary>Forgets a series, unless objects may follow.</summary>
    /// <returns>Whether it is forgotten.</returns>
    public Task<bool> DeleteAsync(Guid id) => QueryAsync(async context =>
        await All(context).Where(one => one.Id == id && one.State != SeriesState.Collecting).ExecuteDeleteAsync() == 1);

    private static IQueryable<ReceivedSeries> All(JobsContext context) => context.Set<ReceivedSeries>().AsNoTracking();

    private Task<T> QueryAsync<T>(Func<JobsContext, Task<T>> query) => JobsContext.QueryAsync(scopes, query);
}
