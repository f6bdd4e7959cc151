using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Checkpoints;
using Tat.Torch.Data;
using Tat.Torch.Files;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.MLNet.Training;

/// <summary>Trains a Task-Adaptive Transformer (TAT) on image pairs of one or several tasks.</summary>
/// <remarks>
/// <para>To create this trainer, use <c>mlContext.ImageRestoration.Trainers.Tat</c>.</para>
/// <para>
/// Input: low- and high-quality images (Vector&lt;Single&gt;, row-major, in the task's physical unit) with height, width and task. Output:
/// <c>Restored</c>, a Vector&lt;Single&gt; as long as the input image, in the same unit; what lies beyond the task's range passes through.
/// Intensities are normalised by task inside; references are needed for training only.
/// </para>
/// <list type="table">
/// <listheader><term>Estimator Characteristics</term><description></description></listheader>
/// <item><term>Machine learning task</term><description>Image restoration: PET synthesis, CT denoising, MRI super-resolution, or tasks of
/// the user</description></item>
/// <item><term>Is normalization required?</term><description>No: images are normalised by the range of their task</description></item>
/// <item><term>Is caching required?</term><description>No: rows of this library's loaders are read by position, and as many images stay in
/// memory as <see cref="TatTrainerOptions.ImageCacheMegabytes"/> allows. Any other view is read through once, see
/// <see cref="Options.SpoolMegabytes"/></description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>TorchSharp and a LibTorch package</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes, by this library's own exporter</description></item>
/// </list>
/// <para>Same data, options and machine: same model. Method: MICCAI 2025, arXiv 2512.14550.</para>
/// </remarks>
/// <seealso cref="Options"/>
/// <seealso cref="TatTransformer"/>
public sealed partial class TatEstimator : IEstimator<TatTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal TatEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_environment, _options) = (environment, options);
    }

    /// <summary>Trains a model.</summary>
    /// <param name="input">The training pairs.</param>
    /// <returns>The model of the best validation, or the last one where there is no validation set. Where it is cancelled, also by
    /// <c>MLContext.CancelExecution</c>, the best so far if <see cref="Options.ReturnBestOnCancel"/> asks for it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="ArgumentException">A task has no pairs.</exception>
    /// <exception cref="InvalidDataException">A row has an unknown task, or no reference; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public TatTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var channel = _environment.Start("TAT training");
        using var cancellation = new HostCancellation(_environment, "TAT training", _options.CancellationToken);
        var known = _options.Tasks ?? KnownTasks();
        using var train = ReadPairs(input, known, chosen: _options.Tasks is not null, cancellation.Token);
        if (train.Sources.Count == 0 && train.Skipped == 0)
        {
            throw new InvalidOperationException(
                "There is nothing to train on: the data has no rows. Look at what it is loaded from, and at filters before the trainer.");
        }

        var tasks = _options.Tasks ?? new TaskVocabulary(known.Where(task => train.Sources.Any(source => source.Task == task)));
        var pairs = train.Sources.Select(source => $"{MessageText.Amount(source.Count, "pair")} of {source.Task}");
        Tell(channel, $"{string.Join(", ", pairs)}; rows of other tasks, which are left out: {train.Skipped}.");
        using var validation = ReadValidationSet(tasks, cancellation.Token);
        return Train(tasks, train.Sources, validation?.Sources ?? [], channel, cancellation.Token);
    }

    /// <summary>Trains a model on good scans, of which low-quality counterparts are made while training, new ones each time.</summary>
    /// <param name="scans">The scans; the caller disposes them after training.</param>
    /// <returns>The model of the best validation, on <see cref="Options.ValidationSet"/> or else on the scans that are held out, or the
    /// last one where there is neither. Where it is cancelled, as by the other overload.</returns>
    /// <remarks>
    /// The tasks are those of the scans unless <see cref="Options.Tasks"/> chooses among them; columns count when the model restores.
    /// </remarks>
    /// <example>
    /// <code>
    /// using var scans = GoodScans.Open("scans", new() { HoldOut = ["patient7"] });
    /// var model = ml.ImageRestoration.Trainers.FineTune().Fit(scans);
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">A task has no scans, or nothing says how its images are degraded.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public TatTransformer Fit(GoodScans scans)
    {
        ArgumentNullException.ThrowIfNull(scans);
        using var channel = _environment.Start("TAT training");
        using var cancellation = new HostCancellation(_environment, "TAT training", _options.CancellationToken);
        foreach (var problem in scans.LeftOut)
        {
            channel.Warning(MessageSensitivity.None, "Left out: {0}", problem);
        }

        var tasks = _options.Tasks ?? scans.Tasks;
        Tell(channel, $"{string.Join(", ", scans.TrainingPairs.Select(pairs => $"{pairs.Task}: {pairs}"))}.");
        using var validation = ReadValidationSet(tasks, cancellation.Token);
        return Train(tasks, scans.TrainingPairs, validation?.Sources ?? scans.ValidationPairs, channel, cancellation.Token);
    }

    /// <summary>The columns of the result.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        inputSchema.RequireVector(_options.HighQualityColumnName);
        return inputSchema.Restored(_options.Columns);
    }

    private RowPairs? ReadValidationSet(TaskVocabulary tasks, CancellationToken cancellationToken) =>
        _options.ValidationSet is null ? null : ReadPairs(_options.ValidationSet, tasks, chosen: true, cancellationToken);

    private TatTransformer Train(TaskVocabulary tasks, IReadOnlyList<IPairSource> train, IReadOnlyList<IPairSource> validation,
        IChannel channel, CancellationToken cancellationToken)
    {
        var training = _options.Training with
        {
            Device = _options.Training.Device ?? TorchDevice.Of(_environment),
            Seed = _options.Training.Seed ?? (ulong?)(uint?)_environment.Settings().Seed,
        };
        var trainer = new TatTrainer(_options.Network, tasks, training);
        var progress = new DirectProgress<TrainingProgress>(report =>
        {
            Tell(channel, Describe(report));
            foreach (var message in report.Messages)
            {
                channel.Warning(MessageSensitivity.None, "{0}", message);
            }

            _options.MetricsCallback?.Invoke(report);
        });
        var model = trainer.Train(train, validation, progress, cancellationToken);
        if (model.Card.WasCancelled && !_options.ReturnBestOnCancel)
        {
            model.Dispose();
            throw new OperationCanceledException(
                $"Training was cancelled; the option {nameof(Options.ReturnBestOnCancel)} gives the best model so far instead.",
                _options.CancellationToken.IsCancellationRequested ? _options.CancellationToken : cancellationToken);
        }

        return new(model, _options, _environment);
    }

    private static void Tell(IChannel channel, string message) => channel.Info(MessageSensitivity.None, "{0}", message);

    private static string Describe(TrainingProgress report)
    {
        var tasks = string.Join(", ", report.Tasks.Select(task => FormattableString.Invariant($"{task.Key} {task.Value.Loss:g4}")));
        var validation = report.Validating is { } share ? FormattableString.Invariant($"; validating, {100 * share:f0} % of that")
            : report.Validation is { } result
                ? FormattableString.Invariant($"; validation {result.MeanPsnr:f2} dB, gain {result.MeanGain:f2} dB")
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"Iteration {report.Iteration} of {report.Iterations}: loss {report.Loss:g4} ({tasks}), rate "
                + $"{report.LearningRate:g3}, {report.Remaining:d\\.hh\\:mm\\:ss} to go{validation}");
    }

    /// <summary>
    /// The tasks that data may have where the user chose none: those of the model to start from, which scale intensities as it does, or the
    /// paper's.
    /// </summary>
    private TaskVocabulary KnownTasks() =>
        (_options.Training.InitialWeights is { } weights ? WeightsFile.ReadTasks(weights) : null) ?? TaskVocabulary.Paper;

    private RowPairs ReadPairs(IDataView view, TaskVocabulary known, bool chosen, CancellationToken cancellationToken)
    {
        // Tasks that the user chose are a choice among those of the data; without a choice each task must be known.
        Func<string, RestorationTask?> find = chosen ? name => known.TryGet(name, out var task) ? task : null : name => known[name];
        return RowPairs.Create(
            view, _options.Columns, find, known.Any(task => task.Scaling == IntensityScaling.Volume),
            () => new PairSpool(_options.SpoolMegabytes * 1024L * 1024, _environment.Settings().TempFilePath), cancellationToken);
    }
}
