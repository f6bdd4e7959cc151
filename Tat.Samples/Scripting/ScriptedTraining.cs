using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;
using TorchSharp;

namespace Tat.Samples.Scripting;

/// <summary>Trains a model as a configuration says, and writes model, configuration and code.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Configuration">What to train on, and how.</param>
/// <param name="Base">The folder that the configuration's paths start from.</param>
/// <param name="Folder">Where everything is written.</param>
/// <param name="Project">The kind of project to add, or <see langword="null"/>.</param>
internal sealed record ScriptedTraining(ModelName Name, TrainingConfiguration Configuration, string Base, string Folder, string? Project)
{
    /// <summary>A training of new pairs, with options that are chosen.</summary>
    public static ScriptedTraining OfPairs(
        ModelName name, string data, string folder, string? project, TrainingOptionSection options, string device) => new(
        name,
        new()
        {
            DataSource = new() { FolderPath = Relative(folder, data) },
            Environment = new() { Device = device },
            TrainingOption = options,
        },
        folder, folder, project);

    /// <summary>A training that a file describes.</summary>
    /// <exception cref="InvalidDataException">The file cannot be understood; the message names the line and the property.</exception>
    public static ScriptedTraining OfFile(string path, string? folder, string? project)
    {
        var home = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new(new(Path.GetFileNameWithoutExtension(path)), TrainingConfiguration.Read(path), home, folder ?? home, project)
        {
            IsRead = true,
        };
    }

    /// <summary>The files that are written, but for the configuration where it is trained from.</summary>
    public IEnumerable<string> Outputs =>
    [
        ModelPath,
        .. CodeTemplates.FilesFor(Name, Project).Select(file => Path.Combine(Folder, file)),
        .. IsRead && Path.GetFullPath(Base) == Path.GetFullPath(Folder) ? Array.Empty<string>() : [ConfigurationPath],
    ];

    /// <summary>Whether what is there comes from this training, which has not ended, so that it may be replaced.</summary>
    public bool IsHalfDone
    {
        get
        {
            using var checkpoints = new TrainingCheckpoints(Configuration.TrainingOption.Training.CheckpointFolder, ModelPath);
            return checkpoints.AreOfHalfDone;
        }
    }

    private bool IsRead { get; init; }

    private string DataPath => Path.GetFullPath(Path.Combine(Base, Configuration.DataSource.FolderPath));

    private string ModelPath => Path.Combine(Folder, $"{Name}.mlnet");

    private string ConfigurationPath => Path.Combine(Folder, $"{Name}{TrainingConfiguration.Ending}");

    /// <summary>Trains and writes.</summary>
    /// <exception cref="InvalidDataException">The data cannot be trained on.</exception>
    public void Run(Terminal terminal, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var data = DataPath;
        var found = TaskData.In(data, TaskVocabulary.Scans, cancellationToken);
        foreach (var task in found)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture,
                $"{task.Name}: {MessageText.Amount(task.TrainingImages, "image")} to train on, {task.ValidationImages} to validate, "
                + $"{task.TestImages} to test; {task.SmallestSide} to {task.LargestSide} "
                + $"pixels{(task.PixelSpacing is { } spacing ? FormattableString.Invariant($" of {spacing} mm") : "")}"));
        }

        var option = Configuration.TrainingOption;
        using var checkpoints = new TrainingCheckpoints(option.Training.CheckpointFolder, ModelPath);
        if (!option.IsChosen && checkpoints.AreThere)
        {
            // Options that are chosen anew would not go on from what was learnt with others.
            option = File.Exists(ConfigurationPath)
                ? TrainingConfiguration.Read(ConfigurationPath).TrainingOption
                : throw new IOException($"'{checkpoints.Folder}' contains what an interrupted training has learnt, and the options "
                    + "chosen for it are missing: export it (export --checkpoint), then remove the folder.");
        }

        if (!option.IsChosen && found.FirstOrDefault(task => task.ValidationImages == 0) is { } unvalidated)
        {
            throw new InvalidDataException($"'{data}' has no validation pairs of {unvalidated.Name}, by which options are chosen: move the "
                + $"scans of some patients from {unvalidated.Name}/train to {unvalidated.Name}/validation.");
        }

        var seed = option.Training.Seed ?? TatTrainerOptions.DefaultSeed;
        var tasks = new TaskVocabulary(found.Select(task => TaskVocabulary.Scans[task.Name]));
        var device = ComputeDevice.Choose(Configuration.Environment.Device);
        var (trials, time) = (new ModelTrials(terminal, data, tasks, device), TimeSpan.FromSeconds(option.TrainingTime));
        var chosen = option.IsChosen
            ? new Candidate($"{Name}, as {Name}{TrainingConfiguration.Ending} says", option.Network, option.Training with { Seed = seed })
            : trials.Choose(new(found, time, device.type == DeviceType.CUDA, seed), time, started, cancellationToken);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (!option.IsChosen)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(Math.Max(1, (time - Stopwatch.GetElapsedTime(started)).TotalSeconds)));
        }

        using var model = Train(terminal, trials, chosen, checkpoints, limit.Token);
        if (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            terminal.Line($"The time ran out after {trials.History[^1].Iterations} of {chosen.Training.Iterations} iterations, because the "
                + $"machine became slower. Train again with {Name}{TrainingConfiguration.Ending} to do all of them.");
        }

        var ml = new MLContext();
        var schema = ml.ImageRestoration.LoadPairs(data, "train").Schema;
        AtomicFiles.Write([
            .. Texts(found, tasks, chosen, device, trials.History), (ModelPath, stream => PipelineArchive.Save(ml, model, schema, stream)),
        ]);
        terminal.Line($"The model is in {ModelPath}, its code beside it{(Project is null ? "" : $": dotnet run --project \"{Folder}\"")}.");
        cancellationToken.ThrowIfCancellationRequested();
        checkpoints.Finish();
    }

    private static TatTransformer Train(
        Terminal terminal, ModelTrials trials, Candidate chosen, TrainingCheckpoints checkpoints, CancellationToken cancellationToken)
    {
        try
        {
            return trials.Train(chosen with { Training = chosen.Training with { CheckpointFolder = checkpoints.Folder } },
                cancellationToken);
        }
        catch
        {
            // Not in a filter, which would run before training has saved its last checkpoint.
            if (checkpoints.AreThere)
            {
                terminal.Line($"What was learnt before the failure is in {checkpoints.Folder}: export --checkpoint turns it into a model, "
                    + $"and with {TrainingConfiguration.Ending} files the same command continues from there.");
            }

            throw;
        }
    }

    /// <summary>The code and the configuration of the model, and what writes them.</summary>
    private IEnumerable<(string Path, Action<Stream> Write)> Texts(
        IReadOnlyList<TaskData> found, TaskVocabulary tasks, Candidate chosen, torch.Device device, IReadOnlyList<Trial> history)
    {
        var isGpu = device.type == DeviceType.CUDA;
        var inCode = chosen with { Training = chosen.Training with { Device = isGpu ? device : null } };
        foreach (var (file, text) in CodeTemplates.For(Name, tasks, inCode, Project))
        {
            yield return (Path.Combine(Folder, file), AtomicFile.Text(text));
        }

        yield return (ConfigurationPath, (Configuration with
        {
            DataSource = Configuration.DataSource with { FolderPath = Relative(Folder, DataPath), Tasks = found },
            Environment = Configuration.Environment with { Type = isGpu ? "LocalGPU" : "LocalCPU" },
            TrainingOption = Configuration.TrainingOption with { Network = chosen.Network, Training = chosen.Training },
            RunHistory = new() { Trials = history },
        }).Text());
    }

    private static string Relative(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
