using System.Globalization;
using Tat.Samples.Reports;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>Shows how training goes, and remembers its numbers for a report.</summary>
/// <param name="tell">Takes what the user should know at once: images skipped, checkpoints passed over.</param>
internal sealed class TrainingMonitor(Action<string>? tell = null)
{
    private readonly List<TrainingProgress> _history = [];
    private ValidationResult? _validation;

    /// <summary>Whether there was an iteration.</summary>
    public bool HasTrained => _history.Count > 0;

    /// <summary>Says that the time limit ended training, if it did.</summary>
    public string? CutShort => _history is [.., { Fraction: >= 1 } last] && last.Iteration < last.Iterations
        ? string.Create(CultureInfo.InvariantCulture, $"Training ended by its time limit after {last.Iteration} of {last.Iterations} "
            + $"iterations; on a faster machine or with more --minutes the model is better.")
        : null;

    /// <summary>Takes a report of the trainer and passes it on in short.</summary>
    public void Report(TrainingProgress progress, IProgress<(double Share, string Status)> display)
    {
        // Numbers alone are remembered: the images of many validations would fill the memory.
        _validation = progress.Validation is { } result ? result with { Samples = [], Volumes = [] } : _validation;
        if (progress.Tasks.Count > 0 || progress.Validation is not null)
        {
            _history.Add(progress with { Validation = progress.Validation is null ? null : _validation, Messages = [] });
        }

        foreach (var message in progress.Messages)
        {
            tell?.Invoke(message);
        }

        var errors = progress.Tasks.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key} {task.Value.Loss:F4}"));
        var losses = progress.Tasks.Count == 0 ? "" : $", error {string.Join(", ", errors)}";
        var validating = progress.Validating is { } share
            ? string.Create(CultureInfo.InvariantCulture, $", validating, {100 * share:F0} % of that")
            : "";
        var quality = _validation is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; validation {_validation.MeanPsnr:F2} dB, gain {_validation.MeanGain:F2} dB");
        display.Report((progress.Fraction, string.Create(
            CultureInfo.InvariantCulture, $"iteration {progress.Iteration} of {progress.Iterations}{losses}{validating}{quality}")));
    }

    /// <summary>
    /// Learning curves: mean absolute error relative to that of the degraded patches, validation PSNR, and the balancer's weights.
    /// </summary>
    public IReadOnlyList<ReportChart> Charts() => LearningCurves.Of(_history);
}
