using System.Diagnostics;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Monitoring;

namespace Tat.Samples.Service.Restoring;

/// <summary>Runs an attempt at a job, from what counts it to what ends it.</summary>
public sealed partial class JobRunner(
    JobStore store, JobFolders folders, ScanRestorer restorer, JobMetrics metrics, IHostApplicationLifetime lifetime,
    ILogger<JobRunner> log)
{
    private static readonly TimeSpan _reporting = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Restores a job's scans, unless the job is at its end. What fails for a reason that may pass is begun again after a while, in which
    /// the message stays unanswered and so outlives the service.
    /// </summary>
    /// <exception cref="OperationCanceledException">The service stops; the job is queued again.</exception>
    public async Task RunAsync(Guid id, CancellationToken cancellationToken)
    {
        using var service = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        while (await AttemptAsync(id, service.Token) is { } delay)
        {
            await Task.Delay(delay, service.Token);
        }
    }

    /// <summary>Runs an attempt.</summary>
    /// <returns>When to begin the next one; <see langword="null"/> where there is none.</returns>
    private async Task<TimeSpan?> AttemptAsync(Guid id, CancellationToken service)
    {
        if (await store.BeginAsync(id) is not { } attempt)
        {
            folders.RemoveWork(id);
            return null;
        }

        var clock = Stopwatch.StartNew();
        Began(id, attempt.Number, attempt.Job.Priority);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(service);
        try
        {
            await RestoreAsync(attempt, stop);
            metrics.Ended("restored", clock.Elapsed);
        }
        catch (OperationCanceledException) when (service.IsCancellationRequested)
        {
            metrics.Ended("given back", clock.Elapsed);
            await store.GiveBackAsync(attempt);
            throw;
        }
        catch (OperationCanceledException)
        {
            metrics.Ended("stopped", clock.Elapsed);
            Stopped(id, attempt.Number);
        }
        catch (Exception problem) when (ScanRestorer.IsFinal(problem))
        {
            // The scan will be no better the next time.
            metrics.Ended("failed", clock.Elapsed, problem.GetType().Name);
            Failed(id, attempt.Number, problem.GetType().Name);
            await store.EndAsync(attempt, JobState.Failed, Reason(attempt, problem));
        }
        catch (Exception problem)
        {
            metrics.Ended("failed", clock.Elapsed, problem.GetType().Name);
            Failed(id, attempt.Number, problem.GetType().Name);
            return await store.RetryAsync(attempt, Reason(attempt, problem));
        }
        finally
        {
            folders.RemoveWork(attempt);
        }

        return null;
    }

    private async Task RestoreAsync(Attempt attempt, CancellationTokenSource stop)
    {
        var progress = new LastValue();
        var work = folders.BeginWork(attempt);
        var restoring = Task.Run(() => restorer.RestoreAsync(attempt.Job, work, progress, stop.Token), CancellationToken.None);
        while (await Task.WhenAny(restoring, Task.Delay(_reporting, CancellationToken.None)) != restoring)
        {
            if (!await store.ReportAsync(attempt, progress.Value))
            {
                await stop.CancelAsync(); // it was cancelled, or taken by another worker that believed this one dead
            }
        }

        var outcome = await restoring;
        folders.Keep(work, outcome.Result);
        if (await store.SucceedAsync(attempt, outcome.Result, outcome.Scans, outcome.Warnings))
        {
            Succeeded(attempt.Job.Id, attempt.Number, outcome.Scans.Count);
        }
        else if (!await store.HasResultAsync(outcome.Result))
        {
            folders.RemoveResult(outcome.Result);
        }
    }

    /// <summary>What callers are told, who know nothing of the folders here.</summary>
    private string Reason(Attempt attempt, Exception problem) => problem.Message
        .Replace(folders.UploadOf(attempt.Job.Id) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
        .Replace(folders.Root, "", StringComparison.Ordinal);

    [LoggerMessage(1, LogLevel.Information, "Job {Id}: attempt {Attempt} begins ({Priority}).")]
    private partial void Began(Guid id, int attempt, JobPriority priority);

    [LoggerMessage(2, LogLevel.Information, "Job {Id}: attempt {Attempt} restored {Scans} scans.")]
    private partial void Succeeded(Guid id, int attempt, int scans);

    [LoggerMessage(3, LogLevel.Information, "Job {Id}: attempt {Attempt} was stopped, because the job was cancelled or taken over.")]
    private partial void Stopped(Guid id, int attempt);

    /// <summary>Messages of exceptions name files, and files are named after patients: the log has the kind alone.</summary>
    [LoggerMessage(4, LogLevel.Warning, "Job {Id}: attempt {Attempt} failed: {Kind}. The job itself says why.")]
    private partial void Failed(Guid id, int attempt, string kind);

    /// <summary>The last value that was reported, whatever thread asks for it.</summary>
    private sealed class LastValue : IProgress<double>
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Report(double value) => Volatile.Write(ref _value, value);
    }
}
