using System.Globalization;
using Tat.Samples.Reports;
using Tat.Torch.Training;

namespace Tat.Samples.Shared;

/// <summary>Shows how training goes, and remembers it for a report.</summary>
internal sealed class TrainingMonitor
{
    private readonly List<TrainingProgress> _history = [];

    /// <summary>What the user should know after training: images skipped, checkpoints passed over.</summary>
    public IEnumerable<string> Messages => _history.SelectMany(progress => progress.Messages).Distinct();

    /// <summary>Says that the time limit ended training, if it did.</summary>
    public string? CutShort => _history is [.., { Fraction: >= 1 } last] && last.Iteration < last.Iterations
        ? string.Create(CultureInfo.InvariantCulture, $"Training ended by its time limit after {last.Iteration} of {last.Iterations} iterations; on a faster machine or with more --minutes the model is better.")
        : null;

    /// <summary>Takes a report of the trainer and passes it on in short.</summary>
    public void Report(TrainingProgress progress, IProgress<(double Share, string Status)> display)
    {
        _history.Add(progress);
        var losses = string.Join(", ", progress.Tasks.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key} {task.Value.Loss:F4}")));
        var validation = _history.FindLast(item => item.Validation is not null)?.Validation;
        var quality = validation is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; validation {validation.MeanPsnr:F2} dB, gain {validation.MeanGain:F2} dB");
        display.Report((progress.Fraction, string.Create(CultureInfo.InvariantCulture, $"iteration {progress.Iteration} of {progress.Iterations}, error {losses}{quality}")));
    }

    /// <summary>Learning curves: mean absolute error relative to that of the degraded patches, validation PSNR, and the balancer's weights.</summary>
    public IReadOnlyList<ReportChart> Charts() => LearningCurves.Of(_history);
}
