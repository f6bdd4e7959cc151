using System.CommandLine;
using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Samples.Comparison;
using Tat.Samples.Reports;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Model;
using Tat.Torch.Phantoms;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

/// <summary><c>quickstart</c>: the whole path on phantoms, from image pairs to a restored scan and a report, in minutes.</summary>
internal static class QuickstartCommand
{
    /// <summary>How much is made and trained.</summary>
    internal sealed record Sizes(int ImageSize, int TrainingPairs, int TestPairs, double MriFactor, TatTrainerOptions Training);

    /// <summary>
    /// What a small network learns most from in three minutes of two CPU cores: three patches in each iteration, a quarter of an image each, from a network
    /// that starts as the identity. Noise is learnt fast: with equal shares the network smooths MRI as well, and does not sharpen it before long; so
    /// MRI has the largest share of the patches. Warm-up and clipping keep the training stable: at three times the rate it ends in a network that returns its input.
    /// </summary>
    private static readonly Sizes _sizes = new(ImageSize: 128, TrainingPairs: 48, TestPairs: 12, MriFactor: 2, TatTrainerOptions.Cpu with
    {
        Iterations = 550,
        LearningRate = 1e-3,
        WarmUpIterations = 20,
        GradientClipping = 1,
        StartAsIdentity = true,
        TaskWeights = new Dictionary<string, double> { ["PET"] = 1, ["CT"] = 1.5, ["MRI"] = 2 },
        DataDescription = "phantoms of the quickstart",
    });

    public static Command Create(Terminal terminal)
    {
        var output = new Option<string>("--out") { Description = "Folder for the data, the model and the report.", DefaultValueFactory = _ => CommonOptions.QuickstartFolder };
        var minutes = new Option<double>("--minutes") { Description = "Training ends after this time at the latest.", DefaultValueFactory = _ => 2.8 };
        var device = CommonOptions.Device();
        var seed = CommonOptions.Seed();
        var command = new Command("quickstart", "Makes phantoms, trains a small TAT for three tasks, and reports how it restores phantoms that it has not seen.") { output, minutes, device, seed };
        command.SetAction((parsed, cancellationToken) =>
        {
            var training = _sizes.Training with
            {
                MaximumDuration = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Device = ComputeDevice.Choose(parsed.GetRequiredValue(device)),
                Seed = parsed.GetValue(seed),
            };
            Run(terminal, parsed.GetRequiredValue(output), _sizes with { Training = training }, cancellationToken);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    internal static void Run(Terminal terminal, string folder, Sizes sizes, CancellationToken cancellationToken)
    {
        // Image pairs in the layout ROOT/TASK/{train,test}/{LQ,HQ}/NAME: with your own there, this step falls away.
        var data = Path.Combine(folder, "data");
        terminal.Track("Phantoms", progress =>
        {
            var phantoms = TaskVocabulary.Paper.Select(task => new PhantomPairs(task, sizes.TrainingPairs + sizes.TestPairs, sizes.ImageSize, sizes.Training.Seed) { MriFactor = sizes.MriFactor });
            PhantomDataSet.Write(data, [.. phantoms], [("train", sizes.TrainingPairs), ("test", sizes.TestPairs)], progress, cancellationToken);
            return data;
        });

        // The pipeline: load, tag with the task, train.
        var ml = new MLContext(seed: 42);
        var train = ml.ImageRestoration.LoadPairs(data, "train");
        var monitor = new TrainingMonitor();
        var model = terminal.Track("Training", progress => ml.ImageRestoration.TagTask()
            .Append(ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
            {
                Network = TatNetworkOptions.Small with { TrainSize = sizes.Training.PatchSize },
                Training = sizes.Training,
                MetricsCallback = report => monitor.Report(report, progress),
                CancellationToken = cancellationToken,
            }))
            .Fit(train));
        using var restoration = ml.ImageRestoration.FindRestoration(model);
        var modelPath = Path.Combine(folder, "tat.zip");
        ModelFiles.Save(ml, model, train.Schema, modelPath);
        if (cancellationToken.IsCancellationRequested)
        {
            terminal.Line($"The best model so far is in {modelPath}.");
            cancellationToken.ThrowIfCancellationRequested();
        }

        // Restore images that the network has not seen, and measure them before and after.
        var test = ml.ImageRestoration.LoadPairs(data, "test");
        var restored = ml.Data.Cache(model.Transform(test));
        var measured = terminal.Track("Restoring unseen phantoms", _ => ScoredImage.Measure(ml, restored, restoration.Tasks, baselines: true, cancellationToken));
        var table = MethodTable.Of(measured);
        terminal.Write(table.ToTable());
        string[] remarks = [.. new[] { monitor.CutShort }.OfType<string>(), .. table.Remarks()];
        foreach (var remark in remarks)
        {
            terminal.Line(remark);
        }

        var reportPath = Path.Combine(folder, "report.html");
        var report = ModelReport.Create(
            "TAT quickstart",
            $"A small Task-Adaptive Transformer, trained for three tasks on {sizes.TrainingPairs} phantoms each, restores phantoms that it has not seen: PET of a twelfth of the counts, CT of a quarter of the dose, MRI of 1/{sizes.MriFactor} of the resolution per axis.",
            ScoredImage.Take(ml, restored, perTask: 4), measured, (restoration.Tasks, restoration.Card), monitor.Charts(),
            ["Phantoms are not patients: the numbers show that the program works, not how well TAT restores real scans.", .. remarks]);
        HtmlReport.Write(report, reportPath);
        ContactSheet.WriteBeside(reportPath, report.Cases);
        SayWhatNext(terminal, folder, modelPath, reportPath);
    }

    private static void SayWhatNext(Terminal terminal, string folder, string modelPath, string reportPath)
    {
        terminal.Line($"""
            Model   {modelPath}
            Report  {reportPath} (open it in a browser), its pictures in {Path.ChangeExtension(reportPath, ".png")}

            Phantoms are not patients: the numbers show that everything works, not how well TAT restores real scans.
            What to try next, with the same program:
              inspect {modelPath}                       what the model is
              restore SCAN.nii.gz --task MRI --model {modelPath} --out restored.nii.gz
              simulate GOOD_SCANS --task CT --out mydata --split train   make pairs from good scans of your own
              train --data mydata --out mine.zip             train on them; the paper's network wants a GPU and days
              evaluate --data {Path.Combine(folder, "data")} --model {modelPath} --csv images.csv
            """);
    }
}
