using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Tasks;
using Tat.Torch.Training;
using static TorchSharp.torch;

namespace Tat.Samples.Scripting;

/// <summary>Trains candidates on the pairs of a folder, and reports each.</summary>
internal sealed class ModelTrials
{
    /// <summary>At most how many validations a training has, the last one at its end.</summary>
    private const int MostValidations = 10;

    /// <summary>At most which share of its time they take.</summary>
    private const double ValidationShare = 0.2;

    private const long FewestIterations = 20;

    /// <summary>More than any machine gets through.</summary>
    private const long Endless = 100_000_000;

    /// <summary>The share of the time left that a training is planned for, since the speed of a machine varies.</summary>
    private const double Caution = 0.85;

    private readonly Terminal _terminal;
    private readonly MLContext _ml = new();
    private readonly IDataView _train;
    private readonly IDataView? _validation;
    private readonly TaskVocabulary _tasks;
    private readonly Device _device;

    /// <param name="terminal">Shows how it goes.</param>
    /// <param name="folder">The pairs.</param>
    /// <param name="tasks">Their tasks.</param>
    /// <param name="device">Where to train.</param>
    public ModelTrials(Terminal terminal, string folder, TaskVocabulary tasks, Device device)
    {
        (_terminal, _tasks, _device) = (terminal, tasks, device);
        _train = _ml.ImageRestoration.LoadPairs(folder, "train");
        _validation = TaskData.HasSplit(folder, "validation") ? _ml.ImageRestoration.LoadPairs(folder, "validation") : null;
    }

    /// <summary>What has been tried.</summary>
    public List<Trial> History { get; } = [];

    /// <summary>Trains a candidate to its end.</summary>
    /// <returns>To be disposed by the caller. When it is cancelled, the best so far.</returns>
    public TatTransformer Train(Candidate candidate, CancellationToken cancellationToken)
    {
        var (monitor, started) = (new TrainingMonitor(), Stopwatch.GetTimestamp());
        ValidationResult? best = null;
        var iterations = 0L;
        var model = _terminal.Track(candidate.Name, progress => _ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Tasks = _tasks,
            Network = candidate.Network,
            Training = candidate.Training with { Device = _device },
            ValidationSet = _validation,
            MetricsCallback = report =>
            {
                best = report.Validation is { IsBest: true } better ? better : best;
                iterations = report.Iteration;
                monitor.Report(report, progress);
            },
            CancellationToken = cancellationToken,
        }).Fit(_train));
        foreach (var message in monitor.Messages)
        {
            _terminal.Line(message);
        }

        var psnr = best?.Tasks.ToDictionary(task => task.Key, task => Math.Round(task.Value.Psnr, 3)) ?? [];
        var trial = new Trial(candidate.Name, best is null ? null : Math.Round(best.MeanGain, 3), psnr, iterations, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1));
        History.Add(trial);
        _terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{trial.TrainerName}: {Describe(trial)} after {trial.Iterations} iterations, {trial.RuntimeInSeconds:F0} s"));
        return model;
    }

    /// <summary>
    /// Tries the candidates of the rules for a tenth of the time each, and gives the best of them as many iterations as the rest of the time allows by the speed that it had.
    /// From then on the number of iterations counts, so that the training can be repeated.
    /// </summary>
    /// <param name="rules">What to try.</param>
    /// <param name="time">All the time there is.</param>
    /// <param name="started">When it began, of <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Candidate Choose(TrainingRules rules, TimeSpan time, long started, CancellationToken cancellationToken)
    {
        Try(rules.Untrained, cancellationToken);
        var validation = History[0].RuntimeInSeconds;
        var best = (Candidate: rules.Untrained, Trial: History[0]);
        foreach (var candidate in rules.Candidates)
        {
            var tried = Try(candidate with { Training = candidate.Training with { Iterations = Endless, ValidationInterval = Endless, MaximumDuration = time / 10 } }, cancellationToken);
            best = best.Candidate == rules.Untrained || tried.Score > best.Trial.Score ? (candidate, tried) : best;
        }

        if (History[0].Score > best.Trial.Score)
        {
            _terminal.Line("In this time no training made the model in the box better: it needs more time, or other pairs.");
        }

        var perIteration = Math.Max(best.Trial.RuntimeInSeconds - validation, best.Trial.RuntimeInSeconds / 2) / best.Trial.Iterations;
        var left = (time - Stopwatch.GetElapsedTime(started)).TotalSeconds;
        var validations = (int)Math.Clamp(ValidationShare * left / validation, 1, MostValidations);
        var iterations = (long)Math.Max(FewestIterations, ((Caution * left) - (validations * validation)) / perIteration);
        return best.Candidate with
        {
            Training = best.Candidate.Training with
            {
                Iterations = iterations,
                WarmUpIterations = Math.Min(best.Candidate.Training.WarmUpIterations, iterations / 10),
                ValidationInterval = (iterations + validations - 1) / validations,
            },
        };
    }

    private Trial Try(Candidate candidate, CancellationToken cancellationToken)
    {
        Train(candidate, cancellationToken).Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        return History[^1];
    }

    private static string Describe(Trial trial) => trial.Score is { } gain
        ? string.Create(CultureInfo.InvariantCulture, $"gain {gain:F2} dB ({string.Join(", ", trial.Psnr.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key} {task.Value:F2} dB")))})")
        : "not validated";
}
