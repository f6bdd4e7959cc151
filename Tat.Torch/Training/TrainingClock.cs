using System.Diagnostics;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training;

/// <summary>Time of training, and what share of it is done: by iterations, or by time where there is a limit and that is further.</summary>
/// <param name="iterations">Iterations of the whole training.</param>
/// <param name="limit">The time limit, if any.</param>
/// <param name="start">What earlier runs did.</param>
internal sealed class TrainingClock(long iterations, TimeSpan? limit, TrainingCounters start)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _validation;

    /// <summary>Time of training over all runs.</summary>
    public TimeSpan Elapsed => start.Elapsed + Stopwatch.GetElapsedTime(_started);

    /// <summary>Whether the limit, less the time of the last validation, is over.</summary>
    public bool IsOver => limit is not null && Elapsed >= Limit;

    private TimeSpan Limit => limit!.Value > 2 * _validation ? limit.Value - _validation : limit.Value;

    /// <summary>
    /// How many iterations the progress is worth: those that are finished or, under a time limit, as many as the share of time that has
    /// passed.
    /// </summary>
    public double Advancement(long finished) =>
        limit is null ? finished : Math.Min(iterations, Math.Max(finished, Elapsed / Limit * iterations));

    /// <summary>The share of the training that is done, 0 … 1.</summary>
    public double Fraction(long finished) => Advancement(finished) / iterations;

    /// <summary>Estimated time to the end, from the speed of this run.</summary>
    public TimeSpan Remaining(long finished)
    {
        var (before, now) = ((double)start.Iteration / iterations, Fraction(finished));
        var speed = (now - before) / Stopwatch.GetElapsedTime(_started).TotalSeconds;
        var seconds = now >= 1 ? 0 : (1 - now) / speed;
        return seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(Math.Max(0, seconds)) : TimeSpan.MaxValue;
    }

    /// <summary>Runs a validation and notes how long it takes.</summary>
    public T Validate<T>(Func<T> validation)
    {
        var began = Stopwatch.GetTimestamp();
        var result = validation();
        _validation = Stopwatch.GetElapsedTime(began);
        return result;
    }
}
