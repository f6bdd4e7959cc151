using System.Diagnostics;
using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Monitoring;

namespace Tat.Samples.Service.Restoring;

/// <summary>Runs an attempt at a job, from what counts it to what ends it.</summary>
public sealed partial class JobRunner(
    JobStore store, JobFolders folders, JobRemover remover, ArchiveStore archive, ScanRestorer restorer, JobMetrics metrics,
    IHostApplicationLifetime lifetime, ILogger<JobRunner> log)
{
    private static readonly TimeSpan _reporting = TimeSpan.FromSeconds(0.5), _patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Restores a job's scans, unless the job is at its end. What fails for a reason that may pass is begun again after a while. The
    /// message is answered when the job is at its end and not before: where the service stops, never, so that it is found by the next.
    /// </summary>
    public async Task RunAsync(Guid id)
    {
        try
        {
            while (await PersistAsync(() => AttemptAsync(id)) is { } delay)
            {
                await Task.Delay(delay, lifetime.ApplicationStopping);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }
    }

    /// <summary>Waits for a database that is away: nothing that was restored is thrown away, and no message answered, for it.</summary>
    /// <exception cref="ObjectDisposedException">The service itself is gone.</exception>
    private Task<T> PersistAsync<T>(Func<Task<T>> change) =>
        WaitAsync(change, problem => problem is not OperationCanceledException && !IsEndOfService(problem));

    /// <summary>Does something again and again while it fails for a reason that passes.</summary>
    private async Task<T> WaitAsync<T>(Func<Task<T>> change, Func<Exception, bool> passes)
    {
        while (true)
        {
            try
            {
                return await change();
            }
            catch (Exception problem) when (passes(problem))
            {
                NotKept(problem.GetType().Name);
                await Task.Delay(_patience, lifetime.ApplicationStopping);
            }
        }
    }

    /// <summary>Runs an attempt.</summary>
    /// <returns>When to begin the next one; <see langword="null"/> where there is none.</returns>
    private async Task<TimeSpan?> AttemptAsync(Guid id)
    {
        var service = lifetime.ApplicationStopping;
        if (await store.BeginAsync(id) is not { } attempt)
        {
            folders.RemoveWork(id);
            return null;
        }

        Began(id, attempt.Number, attempt.Job.Priority);
        using var activity = JobActivities.Attempt(id)?.SetTag("tat.attempt", attempt.Number);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(service);
        try
        {
            await RestoreAsync(attempt, stop);
            metrics.Ended(activity, "restored");
        }
        catch (OperationCanceledException) when (service.IsCancellationRequested)
        {
            metrics.Ended(activity, "given back");
            await store.GiveBackAsync(attempt);
            throw;
        }
        catch (OperationCanceledException)
        {
            metrics.Ended(activity, "stopped");
            Stopped(id, attempt.Number);
        }
        catch (Exception problem) when (ScanRestorer.IsFinal(problem))
        {
            // The scan will be no better the next time.
            metrics.Ended(activity, "failed", problem.GetType().Name);
            Failed(id, attempt.Number, problem.GetType().Name);
            await PersistAsync(() => store.EndAsync(attempt, JobState.Failed, folders.WithoutFolders(problem.Message)));
        }
        catch (Exception problem)
        {
            metrics.Ended(activity, "failed", problem.GetType().Name);
            Failed(id, attempt.Number, problem.GetType().Name);
            return await PersistAsync(() => store.RetryAsync(attempt, folders.WithoutFolders(problem.Message)));
        }
        finally
        {
            folders.RemoveWork(attempt);
        }

        return null;
    }

    private async Task RestoreAsync(Attempt attempt, CancellationTokenSource stop)
    {
        using var images = await WaitAsync(() => folders.OpenAsync(attempt.Job.Source, stop.Token), ServerFailure.IsAbsence);
        var (progress, began) = (new LastValue(), Stopwatch.GetTimestamp());
        var work = folders.BeginWork(attempt);
        var restoring = Task.Run(
            () => restorer.RestoreAsync(attempt.Job, images.Path, work, progress, stop.Token), CancellationToken.None);
        while (await Task.WhenAny(restoring, Task.Delay(_reporting, CancellationToken.None)) != restoring)
        {
            if (!await IsOursAsync(attempt, progress.Value))
            {
                await stop.CancelAsync(); // it was cancelled, or taken by another worker that believed this one dead
            }
        }

        var outcome = await restoring;
        metrics.Restored(attempt.Job.Model, Stopwatch.GetElapsedTime(began), outcome.Pixels);
        if (!await PersistAsync(() => store.ClaimAsync(attempt, outcome.Result)))
        {
            Stopped(attempt.Job.Id, attempt.Number);
            return;
        }

        var series = ArchiveStore.Read(work, outcome.Result, outcome.Scans);
        await WaitAsync(() => folders.KeepAsync(work, outcome.Result), ServerFailure.IsAbsence);
        await PersistAsync(() => archive.AddAsync(outcome.Result, series));
        if (await PersistAsync(() => store.SucceedAsync(attempt, outcome.ModelHash, outcome.Scans, outcome.Warnings)))
        {
            Succeeded(attempt.Job.Id, attempt.Number, outcome.Scans.Count);
        }
        else
        {
            await remover.RemoveUnusedAsync(outcome.Result);
        }
    }

    private static bool IsEndOfService(Exception problem) =>
        problem is ObjectDisposedException { ObjectName: nameof(IServiceProvider) };

    /// <summary>Tells how far an attempt is, and asks whether it still counts; where nobody can say, it does.</summary>
    private async Task<bool> IsOursAsync(Attempt attempt, double progress)
    {
        try
        {
            return await store.ReportAsync(attempt, progress);
        }
        catch (Exception problem)
        {
            NotKept(problem.GetType().Name);
            return true;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Job {Id}: attempt {Attempt} begins ({Priority}).")]
    private partial void Began(Guid id, int attempt, JobPriority priority);

    [LoggerMessage(2, LogLevel.Information, "Job {Id}: attempt {Attempt} restored {Scans} scans.")]
    private partial void Succeeded(Guid id, int attempt, int scans);

    [LoggerMessage(3, LogLevel.Information, "Job {Id}: attempt {Attempt} was stopped, because the job was cancelled or taken over.")]
    private partial void Stopped(Guid id, int attempt);

    /// <summary>Messages of exceptions name files, and files are named after patients: the log has the kind alone.</summary>
    [LoggerMessage(4, LogLevel.Warning, "Job {Id}: attempt {Attempt} failed: {Kind}. The job itself says why.")]
    private partial void Failed(Guid id, int attempt, string kind);

    [LoggerMessage(5, LogLevel.Warning, "The database, or the store of images, cannot be reached ({Kind}); it is tried again.")]
    private partial void NotKept(string kind);

    /// <summary>The last value that was reported, whatever thread asks for it.</summary>
    private sealed class LastValue : IProgress<double>
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Report(double value) => Volatile.Write(ref _value, value);
    }
}
