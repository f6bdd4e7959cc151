using System.CommandLine;
using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Losses;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

/// <summary><c>train --data ROOT --out tat.zip</c>: trains a model on a data set in the published layout.</summary>
internal static class TrainCommand
{
    private static readonly Dictionary<string, (TatNetworkOptions Network, TatTrainerOptions Training)> _presets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["small"] = (TatNetworkOptions.Small, TatTrainerOptions.Cpu),
        ["medium"] = (TatNetworkOptions.Medium, TatTrainerOptions.Cpu with { Iterations = 20_000, ValidationInterval = 500 }),
        ["paper"] = (TatNetworkOptions.Paper, TatTrainerOptions.Paper),
    };

    public static Command Create(Terminal terminal)
    {
        var data = new Option<string>("--data") { Description = "Data set in the layout ROOT/TASK/{train,validation}/{LQ,HQ}/NAME.", Required = true };
        var output = new Option<string>("--out") { Description = "The model to write.", DefaultValueFactory = _ => "tat.zip" };
        var network = new Option<string>("--network") { Description = "small and medium for a CPU, or that of the paper for a GPU.", DefaultValueFactory = _ => "small" };
        network.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. _presets.Keys]);
        var tasks = new Option<string[]>("--tasks") { Description = "The tasks to train; by default all that the data has.", AllowMultipleArgumentsPerToken = true };
        var iterations = new Option<long?>("--iterations") { Description = "Number of training iterations." };
        var minutes = new Option<double?>("--minutes") { Description = "End after this time, whatever the iterations." };
        var batch = new Option<int?>("--batch") { Description = "Patches per task in each iteration." };
        var patch = new Option<int?>("--patch") { Description = "Rows and columns of a patch, a multiple of 8." };
        var rate = new Option<double?>("--rate") { Description = "The learning rate to begin with." };
        var balancing = new Option<LossBalancing?>("--balancing") { Description = "How the losses of the tasks are balanced." };
        var checkpoints = new Option<string?>("--checkpoints") { Description = "Folder for checkpoints; training continues from those that are there." };
        var logs = new Option<string?>("--logs") { Description = "Folder for logs: training.csv, from which report draws learning curves, and event files for TensorBoard." };
        var device = CommonOptions.Device();
        var seed = CommonOptions.Seed();
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("train", "Trains a model on image pairs.") { data, output, network, tasks, iterations, minutes, batch, patch, rate, balancing, checkpoints, logs, device, seed, overwrite };
        command.SetAction((parsed, cancellationToken) =>
        {
            var (root, target) = (parsed.GetRequiredValue(data), parsed.GetRequiredValue(output));
            CommonOptions.CheckFree(parsed.GetValue(overwrite), target);
            var preset = _presets[parsed.GetRequiredValue(network)];
            var training = preset.Training with
            {
                Iterations = parsed.GetValue(iterations) ?? preset.Training.Iterations,
                MaximumDuration = parsed.GetValue(minutes) is { } limit ? TimeSpan.FromMinutes(limit) : null,
                BatchSizePerTask = parsed.GetValue(batch) ?? preset.Training.BatchSizePerTask,
                PatchSize = parsed.GetValue(patch) ?? preset.Training.PatchSize,
                LearningRate = parsed.GetValue(rate) ?? preset.Training.LearningRate,
                LossBalancing = parsed.GetValue(balancing) ?? preset.Training.LossBalancing,
                CheckpointFolder = parsed.GetValue(checkpoints),
                LogFolder = parsed.GetValue(logs),
                Seed = parsed.GetValue(seed),
                Device = ComputeDevice.Choose(parsed.GetRequiredValue(device)),
                DataDescription = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))),
            };

            var ml = new MLContext();
            var train = ml.ImageRestoration.LoadPairs(root, "train");
            var monitor = new TrainingMonitor();
            using var model = terminal.Track("Training", progress => ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
            {
                Tasks = parsed.GetValue(tasks) is { Length: > 0 } names ? new(names.Select(name => TaskVocabulary.Paper[name])) : null,
                Network = preset.Network with { TrainSize = training.PatchSize },
                Training = training,
                ValidationSet = HasSplit(root, "validation") ? ml.ImageRestoration.LoadPairs(root, "validation") : null,
                MetricsCallback = report => monitor.Report(report, progress),
                CancellationToken = cancellationToken,
            }).Fit(train));
            foreach (var message in monitor.Messages.Append(monitor.CutShort).OfType<string>())
            {
                terminal.Line(message);
            }

            ModelFiles.Save(ml, model, train.Schema, target);
            terminal.Line(cancellationToken.IsCancellationRequested ? $"The best model so far is in {target}." : $"The model is in {target}.");
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static bool HasSplit(string root, string split) => Directory.EnumerateDirectories(root).Any(task => Directory.Exists(Path.Combine(task, split)));
}
