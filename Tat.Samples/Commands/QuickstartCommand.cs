using System.CommandLine;
using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Samples.Comparison;
using Tat.Samples.Reports;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Inference;
using Tat.Torch.Phantoms;
using Tat.Torch.Pretrained;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>quickstart</c>: what the model that comes with the program does, beside filters, and the whole path of training it further, in
/// minutes.
/// </summary>
internal static class QuickstartCommand
{
    /// <summary>How much is made and trained.</summary>
    internal sealed record Sizes(int ImageSize, int TrainingPairs, int TestPairs, double MriFactor, TatTrainerOptions Training);

    /// <summary>What two minutes of two CPU cores suffice for: the model has learnt real scans, and gets used to phantoms.</summary>
    private static readonly Sizes _sizes = new(
        ImageSize: 128, TrainingPairs: 48, TestPairs: 12, MriFactor: 2, TatTrainerOptions.FineTuning with
        {
            Iterations = 1600,
            TaskWeights = new Dictionary<string, double> { ["PET"] = 1, ["CT"] = 1, ["MRI"] = 1.5 },
            DataDescription = "phantoms of the quickstart",
        });

    private const string PhantomsAreNoPatients =
        "Phantoms are not patients: the numbers show that everything works, not how well TAT restores real scans.";

    public static Command Create(Terminal terminal)
    {
        var output = new Option<string>("--out")
        {
            Description = "The folder for the data, the model and the report.",
            DefaultValueFactory = _ => CommonOptions.QuickstartFolder,
        };
        var scan = new Option<string?>("--scan")
        {
            Description = "Your own scan to restore as well: a file, or a folder that contains a series.",
        };
        var task = CommonOptions.Task(required: false);
        var minutes = new Option<double>("--minutes")
        {
            Description = "Training ends after this many minutes at the latest.",
            DefaultValueFactory = _ => 2,
        };
        var device = CommonOptions.Device();
        var seed = CommonOptions.Seed();
        var command = new Command(
            "quickstart", "Compares the bundled model with filters, and trains it further for two minutes.")
            {
                output, scan, task, minutes, device, seed,
            };
        command.Validators.Add(result =>
        {
            if (result.GetResult(task) is not null && result.GetValue(scan) is null)
            {
                result.AddError("--task belongs to the image that --scan names: give both, or neither.");
            }

            // A default is not among the values here.
            if (result.GetResult(minutes) is { Implicit: false } given && given.GetValueOrDefault<double>() is not (> 0 and < 1e6))
            {
                result.AddError("--minutes is a time above 0.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var training = _sizes.Training with
            {
                MaximumDuration = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Device = ComputeDevice.Choose(parsed.GetRequiredValue(device)),
                Seed = parsed.GetValue(seed),
            };
            var own = parsed.GetValue(scan) is { } path ? RestoreOwn(terminal, path, parsed.GetValue(task), cancellationToken) : null;
            Run(terminal, parsed.GetRequiredValue(output), _sizes with { Training = training }, own, cancellationToken);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    internal static void Run(Terminal terminal, string folder, Sizes sizes, ReportCase? own, CancellationToken cancellationToken)
    {
        // Image pairs in the layout ROOT/TASK/{train,test}/{LQ,HQ}/NAME: with your own there, this step falls away.
        var data = Path.Combine(folder, "data");
        terminal.Track("Phantoms", progress =>
        {
            var phantoms = TaskVocabulary.Paper.Select(task => new PhantomPairs(task, sizes.TrainingPairs + sizes.TestPairs,
                sizes.ImageSize, sizes.Training.Seed ?? TatTrainerOptions.DefaultSeed)
            { MriFactor = sizes.MriFactor });
            PhantomDataSet.Write(data, [.. phantoms], [("train", sizes.TrainingPairs), ("test", sizes.TestPairs)], progress,
                cancellationToken);
            return data;
        });

        // The model that comes with the program, on images that it has not seen.
        var ml = new MLContext(seed: 42);
        var test = ml.ImageRestoration.LoadPairs(data, "test");
        using var pretrained = ml.ImageRestoration.LoadPretrained();
        var title = $"{pretrained.Card.Title}, the model that comes with the program";
        terminal.Line($"{title}, on phantoms that it has not seen:");
        var (shown, before) = Compare(terminal, ml, pretrained, pretrained.Tasks, test, cancellationToken);

        // What it does can be seen before the training ends.
        own = own is null ? null : own with { Rival = MethodTable.Of(before).ApplyBestFilter(own.Task, own.Task.Name, own.Input) };
        var reportPath = Path.Combine(folder, "report.html");
        var degraded = "PET of a twelfth of the counts, CT of a quarter of the dose, "
            + $"MRI of 1/{sizes.MriFactor} of the resolution per axis";
        void Report(
            string summary, IDataView scored, IReadOnlyList<MeasuredImage> measured, TatTransformer by, IReadOnlyList<ReportChart> charts,
            IEnumerable<string> remarks)
        {
            var report = ModelReport.Create(
                "TAT quickstart", summary, ScoredImage.Take(ml, scored, perTask: 4), measured, (by.Tasks, by.Card), charts,
                [PhantomsAreNoPatients, .. remarks]);
            HtmlReport.Write(report with { Cases = [.. new[] { own }.OfType<ReportCase>(), .. report.Cases] }, reportPath);
        }

        Report(
            $"{title}, restores phantoms that it has not seen: {degraded}.", shown, before, pretrained, [],
            MethodTable.Of(before).Remarks());
        terminal.Line($"The pictures are in {reportPath}; it is written again when the training has ended.");

        // Trained further: on pairs of your own this makes it used to your scanner.
        var train = ml.ImageRestoration.LoadPairs(data, "train");
        var monitor = new TrainingMonitor(terminal.Line);
        using var model = terminal.Track("Training it further", progress => ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Network = pretrained.Model.Network.Options with { TrainSize = sizes.Training.PatchSize },
            Training = sizes.Training with { InitialWeights = TatPretrained.Name },
            MetricsCallback = report => monitor.Report(report, progress),
            CancellationToken = cancellationToken,
            ReturnBestOnCancel = true,
        }).Fit(train));
        var modelPath = Path.Combine(folder, "tat.zip");
        ModelFiles.Save(ml, model, train.Schema, modelPath);
        if (cancellationToken.IsCancellationRequested)
        {
            terminal.Line($"The best model so far is in {modelPath}.");
            cancellationToken.ThrowIfCancellationRequested();
        }

        terminal.Line("The same, after training on other phantoms:");
        var (restored, after) = Compare(terminal, ml, model, model.Tasks, test, cancellationToken);
        Report(
            $"{title}, trained further on {sizes.TrainingPairs} phantoms of each task, restores phantoms that it has not seen: {degraded}.",
            restored, [.. before.Zip(after, (image, trained) => image.With("Model, trained further", trained))], model, monitor.Charts(),
            [
                .. new[] { monitor.CutShort }.OfType<string>(),
                .. MethodTable.Of(before).Remarks().Select(remark => $"As it comes, {remark}"),
                .. MethodTable.Of(after).Remarks().Select(remark => $"Trained further, {remark}"),
            ]);
        SayWhatNext(terminal, folder, modelPath, reportPath);
    }

    /// <summary>Restores images and measures them before, after, and by filters.</summary>
    private static (IDataView Restored, IReadOnlyList<MeasuredImage> Measured) Compare(
        Terminal terminal, MLContext ml, ITransformer model, TaskVocabulary tasks, IDataView test, CancellationToken cancellationToken)
    {
        var restored = ml.Data.Cache(model.Transform(test));
        var measured = terminal.Track("Restoring", _ => ScoredImage.Measure(ml, restored, tasks, baselines: true, cancellationToken));
        var table = MethodTable.Of(measured);
        terminal.Write(table.ToDisplay());
        foreach (var remark in table.Remarks())
        {
            terminal.Line(remark);
        }

        return (restored, measured);
    }

    /// <summary>Restores the middle slice of a scan of the user with the model that comes with the program.</summary>
    internal static ReportCase RestoreOwn(Terminal terminal, string path, string? taskName, CancellationToken cancellationToken)
    {
        using var restorer = ModelFiles.Open(TatPretrained.Name);
        using var scan = ImageFormats.Open(path);
        var task = ScanTask.Of(scan, taskName, restorer.Tasks);
        var slice = scan.ReadSlices(task, cancellationToken).ElementAt(scan.SliceCount / 2);
        foreach (var warning in restorer.WarningsFor(slice, task, scan.PixelSpacing(), scan.Modality))
        {
            terminal.Line($"{path}: {warning}");
        }

        var name = $"{Path.GetFileName(path)}, slice {(scan.SliceCount / 2) + 1}, by {restorer.Card.Title}";
        return new(task, name, slice, restorer.Restore([slice], [task], null, cancellationToken)[0], null);
    }

    private static void SayWhatNext(Terminal terminal, string folder, string modelPath, string reportPath)
    {
        terminal.Line($"""
            Model   {modelPath}
            Report  {reportPath} (open it in a browser), its pictures in {Path.ChangeExtension(reportPath, ".png")}

            {PhantomsAreNoPatients}
            What to try next, with the same program:
              restore SCAN.nii.gz --task MRI --out restored.nii.gz      with the model that comes with the program
              inspect                                                   what that model is
              evidence GOOD_SCANS --task CT                             what it does to scans of yours, beside filters
              simulate GOOD_SCANS --task CT --out mydata --split train  make pairs from good scans of your own
              train --data mydata --initial pretrained --out mine.zip   train it further on them
            """);
    }
}
