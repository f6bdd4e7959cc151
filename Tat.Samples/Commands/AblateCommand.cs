using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.Samples.Shared;
using Tat.Samples.Shared.Training;
using Tat.Samples.Shell;
using Tat.Torch.Data;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Model;
using Tat.Torch.Phantoms;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Commands;

/// <summary><c>ablate</c>: what weight generation and loss balancing are worth, each trained with the same data and seed.</summary>
internal static class AblateCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data")
        {
            Description = "Data set in the layout ROOT/TASK/{train,test}/{LQ,HQ}/NAME; without one, phantoms are made.",
        };
        var iterations = new Option<long>("--iterations")
        {
            Description = "Training iterations of each variant.",
            DefaultValueFactory = _ => 400,
        };
        var size = new Option<int>("--size")
        {
            Description = "Rows and columns of phantoms and patches; a multiple of 8.",
            DefaultValueFactory = _ => 64,
        };
        var pairs = new Option<int>("--pairs")
        {
            Description = "Phantoms per task to train on; half as many are used for the test.",
            DefaultValueFactory = _ => 40,
        };
        var output = new Option<string>("--out")
        {
            Description = "The file to write the table of all test images to.",
            DefaultValueFactory = _ => "ablation.csv",
        };
        var device = CommonOptions.Device();
        var seed = CommonOptions.Seed();
        var overwrite = CommonOptions.Overwrite();
        var json = CommonOptions.Json();
        var command = new Command("ablate", "Trains variants without parts of the method, and compares the results.")
        {
            data, iterations, size, pairs, output, device, seed, overwrite, json,
        };
        command.Validators.Add(result => CommonOptions.CheckTogether(result, (pairs, data)));
        command.SetAction((parsed, cancellationToken) =>
        {
            var target = parsed.GetRequiredValue(output);
            CommonOptions.CheckFile(parsed.GetValue(overwrite), target);
            var (train, test) = parsed.GetValue(data) is { } root
                ? (ReadDataSet(root, "train"), ReadDataSet(root, "test"))
                : (Phantoms(parsed.GetValue(pairs), parsed.GetValue(size), parsed.GetValue(seed)),
                    Phantoms(Math.Max(1, parsed.GetValue(pairs) / 2), parsed.GetValue(size), parsed.GetValue(seed) + 1));
            var study = new AblationStudy(
                TatNetworkOptions.Small with { TrainSize = parsed.GetValue(size) },
                TatTrainerOptions.Cpu with
                {
                    Iterations = parsed.GetValue(iterations),
                    PatchSize = parsed.GetValue(size),
                    Seed = parsed.GetValue(seed),
                    Device = ComputeDevice.Choose(parsed.GetRequiredValue(device)),
                },
                train,
                test);
            var measurements = terminal.Track("Training variants", progress =>
                study.Run(parsed.GetValue(json) ? terminal.Error : terminal.Line, progress, cancellationToken), parsed.GetValue(json));
            WriteTable(target, measurements);
            Show(terminal, measurements, parsed.GetValue(json), target);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static IReadOnlyList<IPairSource> Phantoms(int count, int size, ulong seed) =>
        [.. TaskVocabulary.Paper.Select(task => new PhantomPairs(task, count, size, seed))];

    private static IReadOnlyList<IPairSource> ReadDataSet(string root, string split) =>
        [.. PairFiles.InDataSet(root, split, TaskVocabulary.Paper, new()).GroupBy(files => files.Task)
            .Select(group => new PairsInMemory(group.Key, [.. group.SelectMany(files => files.Read().Select(read => read.Pair))]))];

    private static void WriteTable(string path, IReadOnlyList<AblationStudy.Measurement> measurements) =>
        AtomicFile.Write(path, measurements
            .Select(item =>
                string.Create(CultureInfo.InvariantCulture, $"{CsvCell.Quoted(item.Variant)},{CsvCell.Quoted(item.Task)},"
                    + $"{CsvCell.Quoted(item.Image)},{item.Psnr:R},{item.Ssim:R},{item.Rmse:R}"))
            .Prepend("variant,task,image,psnr,ssim,rmse"));

    private static void Show(Terminal terminal, IReadOnlyList<AblationStudy.Measurement> measurements, bool json, string path)
    {
        var whole = AblationStudy.Variants[^1].Name;
        var rows = measurements.GroupBy(item => (item.Variant, item.Task)).Select(group =>
        {
            double[] psnr = [.. group.Select(item => item.Psnr)];
            double[] reference = [.. measurements.Where(item => item.Variant == whole && item.Task == group.Key.Task)
                .Select(item => item.Psnr)];
            return new
            {
                group.Key.Variant,
                group.Key.Task,
                Psnr = ValueSummary.OfFinite(psnr).Mean,
                Ssim = ValueSummary.OfFinite(group.Select(item => item.Ssim)).Mean,
                Rmse = ValueSummary.OfFinite(group.Select(item => item.Rmse)).Mean,
                PValue = group.Key.Variant == whole ? (double?)null : PairedComparison.Of(reference, psnr).PValue,
            };
        }).ToList();
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        string[] tasks = [.. rows.Select(row => row.Task).Distinct()];
        var table = new Table().Border(TableBorder.Simple).AddColumn("Variant");
        foreach (var task in tasks)
        {
            table.AddColumn(new TableColumn($"{task}\nPSNR / SSIM / RMSE").RightAligned()).AddColumn(new TableColumn("\np").RightAligned());
        }

        foreach (var variant in rows.GroupBy(row => row.Variant))
        {
            table.AddRow([variant.Key, .. tasks.Select(task => variant.Single(row => row.Task == task)).SelectMany(row => new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"{row.Psnr:F2} / {row.Ssim:F4} / {row.Rmse:G4}"),
                row.PValue is { } p ? p.ToString("G2", CultureInfo.InvariantCulture) : "",
            })]);
        }

        terminal.Write(table);
        terminal.Line($"p: Wilcoxon's signed-rank test of the PSNR of each image against '{whole}'. All images are in {path}.");
        terminal.Line(
            "One seed and a short training rank variants with little certainty; repeat with other seeds before drawing conclusions.");
    }

    /// <summary>Pairs that have been read.</summary>
    private sealed class PairsInMemory(RestorationTask task, ImagePair[] pairs) : IPairSource
    {
        public RestorationTask Task => task;

        public int Count => pairs.Length;

        public ImagePair Read(int index) => pairs[index];
    }
}
