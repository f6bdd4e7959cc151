using System.Diagnostics;
using System.IO.Hashing;
using System.Text;
using Tat.Torch.Data;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training.Resuming;

/// <summary>Decides when a training saves checkpoints, and whether it may go on from one.</summary>
internal sealed class CheckpointKeeper : IDisposable
{
    private const string ContentOf = "content of the training pairs of";
    private readonly TatTrainerOptions _options;
    private readonly CheckpointStore _store;
    private readonly PairPool[] _pools;
    private readonly SamplingPlan _plan;
    private readonly SortedDictionary<string, string> _settings;
    private readonly Func<IReadOnlyDictionary<string, string>> _describeModel;
    private readonly Action<string> _tell;
    private long _lastIteration = -1;
    private long _lastTime = Stopwatch.GetTimestamp();

    public CheckpointKeeper(TatNetworkOptions network, TaskVocabulary tasks, TatTrainerOptions options, PairPool[] pools, SamplingPlan plan,
        Func<ModelCard> card, Action<string> tell)
    {
        (_options, _pools, _plan, _tell) = (options, pools, plan, tell);
        _describeModel = () => TatModelFormat.Write(network, tasks, card());
        _store = new(_options.CheckpointFolder!, _options.CheckpointsKept);
        _settings = Describe(network, tasks, options, pools);
    }

    /// <summary>Whether the interval or the period since the last checkpoint is over.</summary>
    public bool IsDue(long iteration) => iteration > 0 && iteration != _lastIteration
        && ((_options.CheckpointInterval > 0 && iteration % _options.CheckpointInterval == 0)
            || (_options.CheckpointPeriod is { } period && Stopwatch.GetElapsedTime(_lastTime) >= period));

    /// <summary>Saves a checkpoint, unless there is one of this iteration. If that fails, training goes on, and the user is told.</summary>
    /// <returns>Whether there is one of this iteration.</returns>
    public bool Save(TrainingState state)
    {
        if (state.Counters.Iteration == _lastIteration)
        {
            return true;
        }

        try
        {
            _store.Save(state, Manifest(state.Counters));
            _lastIteration = state.Counters.Iteration;
        }
        catch (IOException exception)
        {
            var last = _lastIteration >= 0
                ? $"the last good checkpoint is that of iteration {_lastIteration}"
                : "there is no checkpoint yet";
            _tell($"{exception.Message} Training goes on and tries again at the next checkpoint; {last}. Make space there, or let it be "
                + "written to.");
        }

        _lastTime = Stopwatch.GetTimestamp();
        return _lastIteration == state.Counters.Iteration;
    }

    /// <summary>Goes on from the newest whole checkpoint, if there is one.</summary>
    /// <exception cref="InvalidOperationException">There is one, and the options forbid to go on from it.</exception>
    public void Resume(TrainingState state)
    {
        if (!_options.Resume && _store.Iterations.Count > 0)
        {
            throw new InvalidOperationException($"'{_options.CheckpointFolder}' holds checkpoints of an earlier training, up to iteration "
                + $"{_store.Iterations[0]}: choose another folder, delete them, or let training resume.");
        }

        if (_store.LoadNewest(state, Check, _tell))
        {
            _lastIteration = state.Counters.Iteration;
            _tell(FormattableString.Invariant($"Resumed. Iteration {_lastIteration} of {_options.Iterations} is done."));
        }
    }

    /// <summary>Goes back to the newest whole checkpoint, with a lower rate.</summary>
    /// <returns>Whether there was one, and the number of times to do so is not used up.</returns>
    public bool RollBack(TrainingState state)
    {
        var (scale, count) = (state.Counters.RateScale * _options.RollBackRateFactor, state.Counters.RollBacks + 1);
        if (count > _options.MaximumRollBacks || !_store.LoadNewest(state, _ => { }, _tell))
        {
            return false;
        }

        state.Counters = state.Counters with { RateScale = scale, RollBacks = count };
        _lastIteration = state.Counters.Iteration;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private static SortedDictionary<string, string> Describe(
        TatNetworkOptions network, TaskVocabulary tasks, TatTrainerOptions options, PairPool[] pools)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in OptionsText.Describe(network))
        {
            settings[$"network {name}"] = value;
        }

        foreach (var (name, value) in OptionsText.Describe(options).Where(option => !TatTrainerOptions.FreeToChange.Contains(option.Key)))
        {
            settings[name] = value;
        }

        settings["tasks"] = string.Join(", ", tasks.Select(task => task.Scaling == IntensityScaling.Fixed
            ? $"{task.Name} {task.NormalizationRange} measured in {task.MetricWindow}"
            : $"{task.Name} scaled by {task.Scaling}{(task.FitsResolution ? ", fitting the resolution" : "")}"));
        foreach (var pool in pools)
        {
            settings[$"training pairs of {pool.Task}"] = string.Join("; ", pool.Makers.Prepend(OptionsText.Show(pool.Count)));
            settings[$"{ContentOf} {pool.Task}"] = pool.Fingerprint;
        }

        return settings;
    }

    private void Check(CheckpointManifest manifest)
    {
        string[] changed =
        [
            .. manifest.Settings.Keys.Union(_settings.Keys).Order(StringComparer.Ordinal)
                .Where(name => manifest.Settings.GetValueOrDefault(name) != _settings.GetValueOrDefault(name)
                    && (manifest.Settings.ContainsKey(name) || !name.StartsWith(ContentOf, StringComparison.Ordinal)))
                .Select(name => name.StartsWith(ContentOf, StringComparison.Ordinal)
                    ? $"{name} is another (names, sizes or pixels of images)"
                    : $"{name} was {manifest.Settings.GetValueOrDefault(name) ?? "unknown"} and is "
                        + $"{_settings.GetValueOrDefault(name) ?? "gone"}"),
            .. _options.Iterations < manifest.Iterations
                ? [$"{nameof(TatTrainerOptions.Iterations)} was {manifest.Iterations} and is {_options.Iterations}"]
                : Array.Empty<string>(),
        ];
        if (changed.Length == 0)
        {
            return;
        }

        var text = string.Join("; ", changed);
        if (!_options.AllowChangedOptions)
        {
            throw new InvalidOperationException(
                $"Training cannot go on from the checkpoint of iteration {manifest.Counters.Iteration}, because options or data have "
                + $"changed: {text}. Change them back, choose another folder than '{_options.CheckpointFolder}', or, as after an image was "
                + $"repaired, set {nameof(TatTrainerOptions.AllowChangedOptions)} (train --allow-changed-options).");
        }

        _tell($"Going on with changed options: {text}.");
    }

    private CheckpointManifest Manifest(TrainingCounters counters) => new()
    {
        ProductVersion = ModelCard.LibraryVersion,
        Counters = counters,
        Iterations = _options.Iterations,
        Settings = _settings,
        Model = _describeModel(),
        SettingsHash = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(string.Join('\n', _settings)))),
        Seed = _options.ChosenSeed,
        Lists = [.. _pools.Select((pool, task) =>
            new ListPosition(pool.Task.Name, pool.Count, _plan.TakenBefore(task, counters.Iteration + 1)))],
    };
}
