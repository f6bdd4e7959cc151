using System.Diagnostics;
using Tat.Torch.Data;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Training.Optimization;
using Tat.Torch.Training.Reporting;
using Tat.Torch.Training.Resuming;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training;

/// <summary>One run of a trainer: takes batches, steps, validates, reports, saves.</summary>
internal sealed class TrainingLoop : IDisposable
{
    /// <summary>A validation that takes longer says how far it is, this often.</summary>
    private static readonly TimeSpan _longValidation = TimeSpan.FromSeconds(5);

    private readonly TatTrainer _trainer;
    private readonly TatTrainerOptions _options;
    private readonly PairPool[] _pools;
    private readonly SamplingPlan _plan;
    private readonly Validator _validator;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly LearningRateSchedule _schedule;
    private readonly TrainingState _state;
    private readonly ProgressMeter _meter;
    private readonly BestWeights _best;
    private readonly LossWatch _watch;
    private readonly CheckpointKeeper? _checkpoints;
    private TrainingLog? _log;
    private TrainingClock _clock;
    private bool _wasCancelled;
    private double _rate;
    private long _reported;

    public TrainingLoop(TatTrainer trainer, PairPool[] pools, Validator validator, IProgress<TrainingProgress>? progress)
    {
        (_trainer, _options, _pools, _validator, _progress) = (trainer, trainer.Options, pools, validator, progress);
        _schedule = LearningRateSchedule.Of(_options);
        _plan = new(_options.Stages, _options.WeightsOf(trainer.Tasks));
        _meter = new(trainer.Tasks);
        _watch = new(_options.Iterations);
        _checkpoints = _options.CheckpointFolder is null ? null : KeeperOf(_options);
        _state = new(trainer.Network, trainer.Tasks, _options, initial: InitialWeights.Load(trainer.Network, trainer.Tasks, _options));
        _best = new(_state, trainer.Tasks, validator, _meter.Add);
        _clock = new(_options.Iterations, _options.MaximumDuration, _state.Counters);
    }

    private TrainingCounters Counters
    {
        get => _state.Counters;
        set => _state.Counters = value;
    }

    private bool IsFinished => Counters.Iteration >= _options.Iterations || _clock.IsOver
        || (_options.Patience > 0 && Counters.ValidationsSinceBest >= _options.Patience);

    private bool IsValidationDue => _validator.HasImages && Counters.Iteration > Counters.LastValidation
        && (Counters.Iteration % _options.ValidationInterval == 0 || IsFinished);

    /// <summary>Trains until the iterations, the time, the patience or the user's is over.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        try
        {
            Begin(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _wasCancelled = true;
            return;
        }
        catch when (_meter.HasMessages)
        {
            Report(null);
            throw;
        }

        try
        {
            while (!TryRun(cancellationToken))
            {
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The best model so far is the result, and says so.
            _wasCancelled = true;
        }
        catch (Exception failure)
        {
            KeepElsewhere(failure);
            throw;
        }
        finally
        {
            // Whatever ended it: a step is done as a whole or not at all, so the state is one to go on from. Before the first one there is
            // nothing to keep, and data may yet be mended.
            if (Counters.Iteration > 0)
            {
                _checkpoints?.Save(_state);
            }

            if (_meter.HasMessages || Counters.Iteration != _reported)
            {
                Report(null, isLast: true);
            }
        }
    }

    /// <summary>Hands out the best weights as a model of their own.</summary>
    public TatModel TakeModel()
    {
        _state.RestoreBest();
        return new TatModel(_state.CopyAverageNetwork(), _trainer.Tasks, Card());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _checkpoints?.Dispose();
        _log?.Dispose();
    }

    /// <summary>Goes on from a checkpoint, if there is one, and finds what would go wrong later.</summary>
    private void Begin(CancellationToken cancellationToken)
    {
        _checkpoints?.Resume(_state);
        if (Counters.Training.Length == 0)
        {
            Counters = Counters with { Training = $"{Guid.NewGuid():n}" };
        }

        _reported = Counters.Iteration;
        _clock = new(_options.Iterations, _options.MaximumDuration, Counters);
        _validator.Prepare(_meter.Add, cancellationToken);
        _best.Check(cancellationToken);
        _log = _options.LogFolder is null ? null : new(_options.LogFolder, _trainer.Tasks, Counters.Training, Counters.Iteration);
        if (_options.OnDivergence == DivergenceHandling.RollBack)
        {
            _checkpoints!.Save(_state);
        }
    }

    /// <summary>Runs to the end, or until training has gone back to a checkpoint.</summary>
    private bool TryRun(CancellationToken cancellationToken)
    {
        using var sampler = new PatchSampler(
            _pools, _plan, _options.ChosenSeed, _options.FlipsAndQuarterTurns, _options.SkipUnreadableImages);
        using var batches = new BatchPrefetcher(sampler.Sample, Counters.Iteration + 1, _options.Iterations);
        while (true)
        {
            var validation = IsValidationDue ? Validate(cancellationToken) : null;
            var isCheckpointDue = _checkpoints?.IsDue(Counters.Iteration) == true;
            if (isCheckpointDue)
            {
                _checkpoints!.Save(_state);
            }

            if (validation is not null || isCheckpointDue)
            {
                MemoryAllocator.TrimIfTuned();
            }

            Report(validation);
            if (IsFinished)
            {
                return true;
            }

            cancellationToken.ThrowIfCancellationRequested();
            _state.Timer.Restart();
            var batch = batches.Take(cancellationToken);
            _state.Timer.Lap(StepPart.Data);
            if (!Advance(batch))
            {
                return false;
            }
        }
    }

    /// <summary>Takes a step. If the loss is not a number, training stops or goes back to a checkpoint.</summary>
    /// <returns>Whether it can go on with the next batch.</returns>
    private bool Advance(TrainingBatch batch)
    {
        _rate = _schedule.At(_clock.Advancement(batch.Iteration - 1)) * Counters.RateScale;
        var result = _state.Step(batch, _rate);
        if (!result.IsFinite)
        {
            var divergence = Divergence.Describe(batch, result, _trainer.Tasks);
            if (_options.OnDivergence == DivergenceHandling.Stop || !_checkpoints!.RollBack(_state))
            {
                throw divergence;
            }

            _meter.Add(
                $"{divergence.Message} Went back to iteration {Counters.Iteration}, with {Counters.RateScale:g3} times the learning rate.");
            return false;
        }

        Counters = Counters with { Elapsed = _clock.Elapsed, SkippedImages = Counters.SkippedImages + batch.Skipped.Count };
        _meter.Add(batch, result);
        if (_watch.Add(result) is { } ruin)
        {
            _meter.Add(ruin);
        }

        return true;
    }

    private ValidationResult Validate(CancellationToken cancellationToken)
    {
        var last = Stopwatch.GetTimestamp();
        return _clock.Validate(() => _best.Validate(new DirectProgress<double>(share =>
        {
            if (Stopwatch.GetElapsedTime(last) >= _longValidation)
            {
                last = Stopwatch.GetTimestamp();
                _progress?.Report(ProgressMeter.ReportValidating(share, Counters, _options.Iterations, _clock.Fraction(Counters.Iteration),
                    _clock.Remaining(Counters.Iteration), _rate));
            }
        }), cancellationToken));
    }

    private void Report(ValidationResult? validation, bool isLast = false)
    {
        var isNew = Counters.Iteration != _reported;
        if (!isLast && !_meter.HasMessages && validation is null && !IsFinished
            && !(isNew && Counters.Iteration % _options.ProgressInterval == 0))
        {
            return;
        }

        var fraction = IsFinished ? 1 : _clock.Fraction(Counters.Iteration);
        var remaining = IsFinished ? TimeSpan.Zero : _clock.Remaining(Counters.Iteration);
        _reported = Counters.Iteration;
        var report = _meter.Report(Counters, _options.Iterations, fraction, remaining, _rate, _state.Timer, validation);
        var problem = _log?.Report(report);
        _progress?.Report(problem is null ? report : report with { Messages = [.. report.Messages, problem] });
    }

    private CheckpointKeeper KeeperOf(TatTrainerOptions options) =>
        new(_trainer.Network, _trainer.Tasks, options, _pools, _plan, Card, _meter.Add);

    /// <summary>Saves what was trained until a failure where no folder is given for that, and tells where it is.</summary>
    private void KeepElsewhere(Exception failure)
    {
        if (_checkpoints is not null || Counters.Iteration == 0)
        {
            return;
        }

        try
        {
            // Of its owner alone, as the data may be.
            var folder = Directory.CreateTempSubdirectory("tat-training-").FullName;
            using var keeper = KeeperOf(_options with { CheckpointFolder = folder });
            if (keeper.Save(_state))
            {
                failure.Data[TatTrainer.KeptIn] = folder;
                _meter.Add($"Training failed after iteration {Counters.Iteration}. What it has learnt is kept in '{folder}': "
                    + $"{nameof(TatTrainer)}.{nameof(TatTrainer.LoadCheckpoint)} opens the best model, and with that folder as "
                    + $"{nameof(TatTrainerOptions.CheckpointFolder)} training goes on.");
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _meter.Add($"Training failed after iteration {Counters.Iteration}, and what it has learnt is lost: {problem.Message} With a "
                + $"{nameof(TatTrainerOptions.CheckpointFolder)} it would be kept there.");
        }
    }

    private ModelCard Card() => TrainingCard.Of(_options, _pools, Counters, _wasCancelled);
}
