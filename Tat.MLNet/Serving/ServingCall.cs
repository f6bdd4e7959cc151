using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Tat.MLNet.Serving;

/// <summary>One call of a pool, as it is counted, traced and logged.</summary>
internal sealed class ServingCall : IDisposable
{
    private readonly ILogger _logger;
    private readonly string _kind;
    private readonly string _task;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly Activity? _activity;
    private bool _waits = true;

    /// <summary>Begins to wait.</summary>
    /// <param name="logger">Is told how it ends.</param>
    /// <param name="kind">Whether it is an image, a volume or a scan.</param>
    /// <param name="task">A task of the model, if it is one.</param>
    public ServingCall(ILogger logger, string kind, string? task)
    {
        (_logger, _kind, _task) = (logger, kind, task ?? "unknown");
        _activity = TatTelemetry.Activities.StartActivity("tat.restore");
        _activity?.SetTag("tat.kind", _kind).SetTag("tat.task", _task);
        TatTelemetry.Waiting.Add(1);
    }

    /// <summary>The pixels of an image or a volume; 0 for a scan.</summary>
    public long Pixels { get; init; }

    /// <summary>Its turn has come.</summary>
    public void Start()
    {
        if (_waits)
        {
            _waits = false;
            TatTelemetry.Waiting.Add(-1);
        }
    }

    /// <summary>Counts how work ends that is done when it returns.</summary>
    public T Observe<T>(Func<T> work) => ObserveAsync(() => Task.FromResult(work())).GetAwaiter().GetResult();

    /// <summary>Counts how work ends.</summary>
    public async Task<T> ObserveAsync<T>(Func<Task<T>> work)
    {
        try
        {
            var result = await work().ConfigureAwait(false);
            End("ok");
            return result;
        }
        catch (Exception problem)
        {
            End(Outcome(problem));
            throw;
        }
    }

    public void Dispose()
    {
        Start();
        _activity?.Dispose();
    }

    private static string Outcome(Exception problem) => problem is OperationCanceledException ? "cancelled" : problem.GetType().Name;

    private void End(string outcome)
    {
        var seconds = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
        var tags = new TagList { { "tat.kind", _kind }, { "tat.task", _task }, { "tat.outcome", outcome } };
        TatTelemetry.Durations.Record(seconds, tags);
        _activity?.SetTag("tat.outcome", outcome).SetStatus(outcome == "ok" ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        if (outcome == "ok")
        {
            TatTelemetry.Pixels.Add(Pixels, tags);
            ServingLog.Restored(_logger, _kind, _task, seconds);
        }
        else if (outcome != "cancelled")
        {
            ServingLog.RestorationFailed(_logger, _kind, _task, seconds, outcome);
        }
    }
}
