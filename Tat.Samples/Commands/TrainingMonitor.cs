using System.Globalization;
using Tat.Samples.Reports;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

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
        var quality = validation is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; validation {validation.MeanPsnr:F2} dB");
        display.Report((progress.Fraction, string.Create(CultureInfo.InvariantCulture, $"iteration {progress.Iteration} of {progress.Iterations}, error {losses}{quality}")));
    }

    /// <summary>Learning curves: mean absolute error relative to that of the degraded patches, validation PSNR, and the balancer's weights.</summary>
    public IReadOnlyList<ReportChart> Charts()
    {
        var charts = new List<ReportChart>
        {
            new("Error of restored patches as a share of the degraded patches' error", "iteration", Lines(progress => progress.Tasks.ToDictionary(task => task.Key, task => task.Value.Loss / task.Value.InputLoss))),
            new("Weight that the loss balancer gives", "iteration", Lines(progress => progress.Tasks.ToDictionary(task => task.Key, task => task.Value.Weight))),
        };
        if (_history.Any(progress => progress.Validation is not null))
        {
            charts.Insert(1, new("Validation PSNR (dB)", "iteration", Lines(progress => progress.Validation?.Tasks.ToDictionary(task => task.Key, task => task.Value.Psnr) ?? [])));
        }

        return charts;
    }

    private List<ReportLine> Lines(Func<TrainingProgress, Dictionary<string, double>> values)
    {
        var points = _history.SelectMany(progress => values(progress).Select(value => (value.Key, Point: ((double)progress.Iteration, value.Value))));
        return [.. points.GroupBy(item => item.Key).Select(line => new ReportLine(line.Key, [.. line.Select(item => item.Point)]))];
    }
}
