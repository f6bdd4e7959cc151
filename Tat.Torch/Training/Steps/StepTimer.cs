using System.Diagnostics;

namespace Tat.Torch.Training.Steps;

/// <summary>Adds up where the time of training steps goes.</summary>
internal sealed class StepTimer
{
    private readonly TimeSpan[] _parts = new TimeSpan[Enum.GetValues<StepPart>().Length];
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>What has passed since the last call belongs to no part.</summary>
    public void Restart() => _since = Stopwatch.GetTimestamp();

    /// <summary>What has passed since the last call belongs to a part.</summary>
    public void Lap(StepPart part)
    {
        var now = Stopwatch.GetTimestamp();
        _parts[(int)part] += Stopwatch.GetElapsedTime(_since, now);
        _since = now;
    }

    /// <summary>
    /// What has passed since the last call belongs to the parts on which others have spent their time meanwhile, in proportion; these begin
    /// anew.
    /// </summary>
    public void LapAs(IReadOnlyCollection<StepTimer> others)
    {
        var now = Stopwatch.GetTimestamp();
        var passed = Stopwatch.GetElapsedTime(_since, now);
        var sum = others.Aggregate(TimeSpan.Zero, (sum, other) => other._parts.Aggregate(sum, (all, part) => all + part));
        foreach (var other in others)
        {
            for (var part = 0; part < _parts.Length && sum > TimeSpan.Zero; part++)
            {
                _parts[part] += passed * (other._parts[part] / sum);
            }

            Array.Clear(other._parts);
        }

        _since = now;
    }

    /// <summary>The mean over some steps; begins anew.</summary>
    public TrainingTimes Take(int steps)
    {
        var times = new TrainingTimes
        {
            Data = Mean(StepPart.Data),
            Forward = Mean(StepPart.Forward),
            Loss = Mean(StepPart.Loss),
            Backward = Mean(StepPart.Backward),
            Optimizer = Mean(StepPart.Optimizer),
        };
        Array.Clear(_parts);
        return times;

        TimeSpan Mean(StepPart part) => _parts[(int)part] / Math.Max(1, steps);
    }
}

/// <summary>The parts of <see cref="TrainingTimes"/>.</summary>
internal enum StepPart
{
    Data,
    Forward,
    Loss,
    Backward,
    Optimizer,
}
