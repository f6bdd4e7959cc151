using Tat.Torch.Data;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training.Reporting;

/// <summary>Averages the steps between two progress reports.</summary>
internal sealed class ProgressMeter(TaskVocabulary tasks)
{
    private readonly Sums[] _sums = new Sums[tasks.Count];
    private readonly List<string> _messages = [];
    private readonly HashSet<string> _skipped = [];
    private double _loss;
    private double _norm;
    private int _steps;

    /// <summary>Whether there is something to tell the user that no report has said.</summary>
    public bool HasMessages => _messages.Count > 0;

    /// <summary>Adds a step.</summary>
    public void Add(TrainingBatch batch, StepResult result)
    {
        _loss += result.Loss;
        _norm += result.GradientNorm;
        _steps++;
        for (var i = 0; i < batch.Count; i++)
        {
            ref var sums = ref _sums[batch.Tasks[i]];
            sums.Count++;
            sums.Restored += result.RestoredErrors[i];
            sums.Input += result.InputErrors[i];
            sums.Weight += result.Weights[i];
        }

        _messages.AddRange(batch.Skipped.Where(_skipped.Add).Select(reason => $"Skipped an image that cannot be read: {reason}"));
    }

    /// <summary>Adds a message for the user.</summary>
    public void Add(string message) => _messages.Add(message);

    /// <summary>Makes the report of what was added, and begins anew.</summary>
    public TrainingProgress Report(TrainingCounters counters, long iterations, double fraction, TimeSpan remaining, double rate,
        StepTimer timer, ValidationResult? validation)
    {
        var report = new TrainingProgress
        {
            Iteration = counters.Iteration,
            Iterations = iterations,
            Fraction = fraction,
            Loss = _steps == 0 ? double.NaN : _loss / _steps,
            Tasks = Enumerable.Range(0, tasks.Count).Where(task => _sums[task].Count > 0)
                .ToDictionary(task => tasks[task].Name, task => _sums[task].Mean()),
            LearningRate = rate,
            GradientNorm = _steps == 0 ? double.NaN : _norm / _steps,
            Elapsed = counters.Elapsed,
            Remaining = remaining,
            Times = timer.Take(_steps),
            Validation = validation,
            Messages = [.. _messages],
        };
        Array.Clear(_sums);
        _messages.Clear();
        (_loss, _norm, _steps) = (0, 0, 0);
        return report;
    }

    /// <summary>Makes a report of a validation under way, apart from what was added.</summary>
    public static TrainingProgress ReportValidating(
        double share, TrainingCounters counters, long iterations, double fraction, TimeSpan remaining, double rate) => new()
        {
            Iteration = counters.Iteration,
            Iterations = iterations,
            Fraction = fraction,
            Loss = double.NaN,
            Tasks = new Dictionary<string, TaskProgress>(),
            LearningRate = rate,
            GradientNorm = double.NaN,
            Elapsed = counters.Elapsed,
            Remaining = remaining,
            Times = new StepTimer().Take(0),
            Validating = share,
        };

    private struct Sums
    {
        public long Count;
        public double Restored;
        public double Input;
        public double Weight;

        public readonly TaskProgress Mean() => new(Restored / Count, Input / Count, Weight / Count);
    }
}
