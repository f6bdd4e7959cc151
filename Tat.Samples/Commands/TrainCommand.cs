using System.CommandLine;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Samples.Scripting;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Checkpoints;
using Tat.Torch.Files;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>train --data ROOT --out tat.zip</c>: trains a model on a data set in the published layout; <c>train --from FOLDER</c>: on good scans,
/// whose counterparts are made while training;
/// <c>train --data ROOT --name NAME --out FOLDER</c>: with options that are chosen by trial, and C# code beside the model.
/// </summary>
internal static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        var output = new Option<string>("--out")
        {
            Description = "The model to write, .zip for ML.NET or .safetensors; beside it what it was trained with, as NAME.training.json. "
                + "With --name or --training-config the folder to write to.",
            DefaultValueFactory = _ => "tat.zip",
        };
        var overwrite = CommonOptions.Overwrite();
        var (plans, scripted) = (new TrainingOptions(), new ScriptedOptions());
        var command = new Command("train", "Trains a model on image pairs, or on good scans.") { output, overwrite };
        plans.AddTo(command);
        scripted.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!scripted.Check(result, plans))
            {
                plans.Check(result);
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var target = parsed.GetRequiredValue(output);
            if (scripted.TrainingOf(parsed, plans, parsed.GetResult(output) is { Implicit: false } ? target : null) is { } training)
            {
                var mayReplace = parsed.GetValue(overwrite) || training.IsHalfDone;
                foreach (var file in training.Outputs)
                {
                    CommonOptions.CheckFile(mayReplace, file);
                }

                training.Run(terminal, cancellationToken);
                return Task.FromResult(ExitCodes.Done);
            }

            ModelFiles.CheckWritten(target);
            var plan = plans.PlanOf(parsed);
            using var checkpoints = new TrainingCheckpoints(plan.Training.CheckpointFolder, target);
            CommonOptions.CheckFile(parsed.GetValue(overwrite) || checkpoints.AreOfHalfDone, target);
            CommonOptions.CheckFile(overwrite: true, plan.Beside(target).Path);
            var ml = new MLContext();
            var monitor = new TrainingMonitor(terminal.Line);
            using var model = Train(terminal, ml, plan, monitor, checkpoints, cancellationToken);
            if (monitor.CutShort is { } remark)
            {
                terminal.Line(remark);
            }

            try
            {
                ModelFiles.Save(ml, model, target, plan.Beside(target));
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                terminal.Line(checkpoints.KeepElsewhere(ml, model));
                throw;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                terminal.Line($"The best model so far is in {target}. {checkpoints.HowToGoOn}");
                cancellationToken.ThrowIfCancellationRequested();
            }

            checkpoints.Finish();
            terminal.Line(FormattableString.Invariant($"The model of iteration {model.Model.Card.Iterations} is in {target}."));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static TatTransformer Train(Terminal terminal, MLContext ml, TrainingPlan plan, TrainingMonitor monitor,
        TrainingCheckpoints checkpoints, CancellationToken cancellationToken)
    {
        try
        {
            var kept = plan with { Training = plan.Training with { CheckpointFolder = checkpoints.Folder } };
            return plan.From is null
                ? TrainOnPairs(terminal, ml, kept, monitor, cancellationToken)
                : TrainOnScans(terminal, ml, kept, monitor, cancellationToken);
        }
        catch
        {
            // Not in a filter, which would run before training has saved its last checkpoint.
            if (monitor.HasTrained && checkpoints.TrySaveBest(ml, plan))
            {
                terminal.Line($"The best model before the failure is in {checkpoints.Target}. {checkpoints.HowToGoOn} Where images were "
                    + "repaired, add --allow-changed-options.");
            }

            throw;
        }
    }

    private static TatTransformer TrainOnPairs(
        Terminal terminal, MLContext ml, TrainingPlan plan, TrainingMonitor monitor, CancellationToken cancellationToken)
    {
        var folders = new DataSetFolders(plan.Data!);
        foreach (var unused in folders.Unused)
        {
            terminal.Line(unused);
        }

        var validation = folders.Has("validation") ? ml.ImageRestoration.LoadPairs(plan.Data!, "validation") : null;
        return terminal.Track("Training", progress =>
            Trainer(ml, plan, TasksOf(plan, folders), validation, report => monitor.Report(report, progress), cancellationToken)
                .Fit(ml.ImageRestoration.LoadPairs(plan.Data!, "train")));
    }

    private static TatEstimator Trainer(
        MLContext ml, TrainingPlan plan, TaskVocabulary? tasks, IDataView? validation, Action<TrainingProgress> report,
        CancellationToken cancellationToken) => ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Tasks = tasks,
            Network = plan.Network,
            Training = plan.Training,
            ValidationSet = validation,
            MetricsCallback = report,
            CancellationToken = cancellationToken,
            ReturnBestOnCancel = true,
        });

    /// <summary>
    /// The tasks that the plan names, defines or implies, scaled as in the model to start from, or else as the plan says;
    /// <see langword="null"/> for what the data has.
    /// </summary>
    private static TaskVocabulary? TasksOf(TrainingPlan plan, DataSetFolders folders)
    {
        var usual = (plan.Training.InitialWeights is { } weights ? WeightsFile.ReadTasks(weights) : null)
            ?? (plan.MriByVolume ? TaskVocabulary.Scans : TaskVocabulary.Paper);
        RestorationTask[] own = [.. plan.TaskDefinitions.Select(task => task.ToTask())];
        var others = usual.ExceptBy(own.Select(task => task.Name), task => task.Name, StringComparer.OrdinalIgnoreCase);
        var known = new TaskVocabulary([.. own, .. others]);
        var names = plan.Tasks.Count > 0 || !plan.MriByVolume && own.Length == 0
            ? plan.Tasks
            : [.. known.Select(task => task.Name).Where(name => folders.Find(name, "train") is not null)];
        return names.Count > 0 ? new(names.Select(name => known[name])) : null;
    }

    private static TatTransformer TrainOnScans(
        Terminal terminal, MLContext ml, TrainingPlan plan, TrainingMonitor monitor, CancellationToken cancellationToken)
    {
        using var scans = terminal.Track("Reading", progress =>
            GoodScans.Open(plan.From!, plan.ToScanOptions(), new DirectProgress<double>(share => progress.Report((share, "reading scans"))),
                cancellationToken));
        foreach (var problem in scans.LeftOut)
        {
            terminal.Line($"Left out: {problem}");
        }

        terminal.Line($"Training on {Describe(scans.TrainingPairs)}; validating on {Describe(scans.ValidationPairs)}.");
        return terminal.Track("Training", progress =>
            Trainer(ml, plan, tasks: null, validation: null, report => monitor.Report(report, progress), cancellationToken).Fit(scans));
    }

    private static string Describe(IEnumerable<Torch.Data.IPairSource> sources) => sources.Any()
        ? string.Join(", ", sources.GroupBy(source => source.Task)
            .Select(task => $"{MessageText.Amount(task.Sum(source => source.Count), "image")} of {task.Key}"))
        : "nothing";
}
