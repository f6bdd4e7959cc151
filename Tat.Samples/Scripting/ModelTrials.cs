using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Tasks;
using Tat.Torch.Training;
using static TorchSharp.torch;

namespace Tat.Samples.Scripting;

/// <summary>Trains candidates on the pairs of a folder, and reports each.</summary>
internal sealed class ModelTrials
{
    /// <summary>The shares of the time that a try takes, and the validation of one.</summary>
    private const double TryShare = 0.1, ValidationShare = 0.03;

    /// <summary>
    /// The share of the time left that a training is planned for, since the speed of a machine varies, and the share of it in which it is
    /// validated.
    /// </summary>
    private const double Caution = 0.85, FinalValidationShare = 0.2;

    /// <summary>At most how many validations a training has, the last one at its end.</summary>
    private const int MostValidations = 10;

    private const int FewestImages = 2;
    private const long FewestIterations = 20;

    /// <summary>More than any machine gets through.</summary>
    private const long Endless = 100_000_000;

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
        _validation = new DataSetFolders(folder).Has("validation") ? _ml.ImageRestoration.LoadPairs(folder, "validation") : null;
    }

    /// <summary>What has been tried.</summary>
    public List<Trial> History { get; } = [];

    /// <summary>Trains a candidate to its end.</summary>
    /// <returns>To be disposed by the caller. When it is cancelled, the best so far.</returns>
    public TatTransformer Train(Candidate candidate, CancellationToken cancellationToken)
    {
        var (model, trial, _) = Run(candidate, cancellationToken);
        Tell(trial);
        return model;
    }

    /// <summary>
    /// Tries the candidates of the rules for a tenth of the time each, and gives the best of them as many iterations as the rest of the
    /// time allows by the speed that it had. From then on the number of iterations counts, so that the training can be repeated.
    /// </summary>
    /// <param name="rules">What to try.</param>
    /// <param name="time">All the time there is.</param>
    /// <param name="started">When it began, of <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Candidate Choose(TrainingRules rules, TimeSpan time, long started, CancellationToken cancellationToken)
    {
        var images = ImagesWithin(time * ValidationShare, rules.Untrained with { Name = "measuring a validation" }, cancellationToken);
        Candidate Shortly(Candidate candidate, TimeSpan? limit) =>
            candidate with { Training = candidate.Training with { ValidationImagesPerTask = images, MaximumDuration = limit } };

        var (untrained, _) = Try(Shortly(rules.Untrained, null), cancellationToken);
        var tries = new List<(Candidate Candidate, Trial Trial, TimeSpan PerIteration)>();
        foreach (var candidate in rules.Candidates)
        {
            var (trial, perIteration) = Try(
                Shortly(candidate with { Training = candidate.Training with { Iterations = Endless, ValidationInterval = Endless } },
                    time * TryShare), cancellationToken);
            tries.Add((candidate, trial, perIteration));
        }

        var best = tries.MaxBy(tried => tried.Trial.Score ?? double.NegativeInfinity);
        if (untrained.Score > best.Trial.Score)
        {
            _terminal.Line("No trial improved on the bundled model: allow more time, or use other pairs.");
        }

        var validation = TimeSpan.FromSeconds(best.Trial.RuntimeInSeconds) - (best.PerIteration * best.Trial.Iterations);
        var left = (time - Stopwatch.GetElapsedTime(started)) * Caution;
        var validations = (int)Math.Clamp(left * FinalValidationShare / validation, 1, MostValidations);
        var iterations = (long)Math.Max(FewestIterations, (left - (validation * validations)) / best.PerIteration);
        return best.Candidate with
        {
            Training = best.Candidate.Training with
            {
                Iterations = iterations,
                WarmUpIterations = Math.Min(best.Candidate.Training.WarmUpIterations, iterations / 10),
                ValidationImagesPerTask = images,
                ValidationInterval = (iterations + validations - 1) / validations,
            },
        };
    }

    /// <summary>How many images of a task can be validated in a time.</summary>
    private int ImagesWithin(TimeSpan time, Candidate candidate, CancellationToken cancellationToken)
    {
        var (model, trial, _) = Run(
            candidate with { Training = candidate.Training with { ValidationImagesPerTask = FewestImages } }, cancellationToken);
        model.Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        return (int)Math.Clamp(FewestImages * time.TotalSeconds / trial.RuntimeInSeconds, FewestImages,
            TatTrainerOptions.Cpu.ValidationImagesPerTask);
    }

    private (Trial Trial, TimeSpan PerIteration) Try(Candidate candidate, CancellationToken cancellationToken)
    {
        var (model, trial, perIteration) = Run(candidate, cancellationToken);
        model.Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        Tell(trial);
        return (trial, perIteration);
    }

    private (TatTransformer Model, Trial Trial, TimeSpan PerIteration) Run(Candidate candidate, CancellationToken cancellationToken)
    {
        var (monitor, started) = (new TrainingMonitor(_terminal.Line), Stopwatch.GetTimestamp());
        ValidationResult? best = null;
        var (iterations, training) = (0L, TimeSpan.Zero);
        var model = _terminal.Track(candidate.Name, progress => _ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Tasks = _tasks,
            Network = candidate.Network,
            Training = candidate.Training with { Device = _device },
            ValidationSet = _validation,
            MetricsCallback = report =>
            {
                best = report.Validation is { IsBest: true } better ? better : best;
                training += report.Times.Total * (report.Iteration - iterations);
                iterations = report.Iteration;
                monitor.Report(report, progress);
            },
            CancellationToken = cancellationToken,
            ReturnBestOnCancel = true,
        }).Fit(_train));

        var psnr = best?.Tasks.ToDictionary(task => task.Key, task => Math.Round(task.Value.Psnr, 3)) ?? [];
        var trial = new Trial(candidate.Name, best is null ? null : Math.Round(best.MeanGain, 3), psnr, iterations,
            Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1));
        return (model, trial, training / Math.Max(1, iterations));
    }

    private void Tell(Trial trial)
    {
        History.Add(trial);
        _terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{trial.TrainerName}: {Describe(trial)} after {trial.Iterations} iterations, {trial.RuntimeInSeconds:F0} s"));
    }

    private static string Describe(Trial trial)
    {
        var psnr = trial.Psnr.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key} {task.Value:F2} dB"));
        return trial.Score is { } gain
            ? string.Create(CultureInfo.InvariantCulture, $"gain {gain:F2} dB ({string.Join(", ", psnr)})")
            : "not validated";
    }
}
