using System.CommandLine;
using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Samples.Scripting;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Checkpoints;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>train --data ROOT --out tat.zip</c>: trains a model on a data set in the published layout; <c>train --from FOLDER</c>: on good scans, whose counterparts are made while training;
/// <c>train --data ROOT --name NAME --out FOLDER</c>: with options that are chosen by trial, and C# code beside the model.
/// </summary>
internal static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        var output = new Option<string>("--out") { Description = "The model to write; beside it what it was trained with, as NAME.training.json. With --name or --training-config the folder to write to.", DefaultValueFactory = _ => "tat.zip" };
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
                CommonOptions.CheckFree(parsed.GetValue(overwrite), training.Outputs);
                training.Run(terminal, cancellationToken);
                return Task.FromResult(ExitCodes.Done);
            }

            CommonOptions.CheckFree(parsed.GetValue(overwrite), target);
            var plan = plans.PlanOf(parsed);
            plan.Write(TrainingPlan.NameFor(target));

            var ml = new MLContext();
            var monitor = new TrainingMonitor();
            using var model = plan.From is null ? TrainOnPairs(terminal, ml, plan, monitor, cancellationToken) : TrainOnScans(terminal, ml, plan, monitor, cancellationToken);
            foreach (var message in monitor.Messages.Append(monitor.CutShort).OfType<string>())
            {
                terminal.Line(message);
            }

            ModelFiles.Save(ml, model, null, target);
            terminal.Line(cancellationToken.IsCancellationRequested ? $"The best model so far is in {target}." : $"The model is in {target}.");
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static TatTransformer TrainOnPairs(Terminal terminal, MLContext ml, TrainingPlan plan, TrainingMonitor monitor, CancellationToken cancellationToken) =>
        terminal.Track("Training", progress => ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Tasks = TasksOf(plan),
            Network = plan.Network,
            Training = plan.Training,
            ValidationSet = HasSplit(plan.Data!, "validation") ? ml.ImageRestoration.LoadPairs(plan.Data!, "validation") : null,
            MetricsCallback = report => monitor.Report(report, progress),
            CancellationToken = cancellationToken,
            ReturnBestOnCancel = true,
        }).Fit(ml.ImageRestoration.LoadPairs(plan.Data!, "train")));

    /// <summary>The tasks that the plan names or implies, scaled as in the model to start from, or else as the plan says; <see langword="null"/> for what the data has.</summary>
    private static TaskVocabulary? TasksOf(TrainingPlan plan)
    {
        var known = (plan.Training.InitialWeights is { } weights ? WeightsFile.ReadTasks(weights) : null) ?? (plan.MriByVolume ? TaskVocabulary.Scans : TaskVocabulary.Paper);
        var names = plan.Tasks.Count > 0 || !plan.MriByVolume ? plan.Tasks : [.. known.Select(task => task.Name).Where(name => Directory.Exists(Path.Combine(plan.Data!, name, "train")))];
        return names.Count > 0 ? new(names.Select(name => known[name])) : null;
    }

    private static TatTransformer TrainOnScans(Terminal terminal, MLContext ml, TrainingPlan plan, TrainingMonitor monitor, CancellationToken cancellationToken)
    {
        using var scans = terminal.Track("Reading", progress => TrainingScans.Open(plan, progress, cancellationToken));
        foreach (var problem in scans.LeftOut)
        {
            terminal.Line($"Left out: {problem}");
        }

        terminal.Line($"Training on {Describe(scans.Training)}; validating on {Describe(scans.Validation)}.");
        var trainer = new TatTrainer(plan.Network, scans.Tasks, plan.Training);
        return ml.ImageRestoration.CreateTransformer(terminal.Track("Training", progress => trainer.Train(scans.Training, scans.Validation, new Relay(report => monitor.Report(report, progress)), cancellationToken)));
    }

    private static string Describe(IEnumerable<Torch.Data.IPairSource> sources) => sources.Any()
        ? string.Join(", ", sources.GroupBy(source => source.Task).Select(task => $"{task.Sum(source => source.Count)} images of {task.Key}"))
        : "nothing";

    private static bool HasSplit(string root, string split) => Directory.EnumerateDirectories(root).Any(task => Directory.Exists(Path.Combine(task, split)));

    // Progress<T> would report on another thread, and in any order.
    private sealed class Relay(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
