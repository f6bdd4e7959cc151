using System.CommandLine;
using Spectre.Console;
using Tat.MLNet.Evaluation;
using Tat.MLNet.Formats;
using Tat.Samples.Comparison;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Baselines;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.Samples.Commands;

/// <summary><c>evaluate</c>: the quality of low-quality images, and of what a model and filters make of them, against references.</summary>
internal static class EvaluateCommand
{
    // Enough that every core has a slice, few enough that large ones are no burden.
    private const int SlicesAtOnce = 16;

    public static Command Create(Terminal terminal)
    {
        var data = new Option<string>("--data") { Description = "Data set in the layout ROOT/TASK/SPLIT/{LQ,HQ}/NAME." };
        var split = new Option<string>("--split") { Description = "The part of the data set to use.", DefaultValueFactory = _ => "test" };
        var low = new Option<string>("--lq") { Description = "Instead of --data: a low-quality image, or a folder of them." };
        var high = new Option<string>("--hq") { Description = "The reference, or a folder of references with the same names." };
        var task = CommonOptions.Task(required: false);
        var model = CommonOptions.Model();
        var noModel = new Option<bool>("--no-model") { Description = "Measure only the low-quality images, and filters if requested." };
        var baselines = new Option<bool>("--baselines")
        {
            Description = "Also compare with filters: Gaussian, non-local means, total variation.",
        };
        var tune = new Option<bool>("--tune")
        {
            Description = "Instead, find the strengths at which filters do best on these images.",
        };
        var regions = new Option<string>("--regions")
        {
            Description = "A mask whose labels mark regions, or a folder of masks named like the images; regions.tsv beside "
                + "them (index, name) names the labels. Means and maxima are measured in each region, and held to bounds: CT 1 HU, PET 2 % "
                + "of the mean, 5 % of the maximum of a region called lesion; where one is missed, the command ends with 1.",
        };
        var csv = new Option<string>("--csv")
        {
            Description = "Write one line per slice and method to this file, and one per region and method to NAME.regions.csv beside it.",
        };
        var reading = new ReadingOptions();
        var inference = new InferenceOptions();
        var overwrite = CommonOptions.Overwrite();
        var json = CommonOptions.Json();
        var command = new Command(
            "evaluate", "Measures PSNR, SSIM, RMSE, bias, noise and sharpness against references, following the protocol of the paper.")
            {
                data, split, low, high, task, model, noModel, baselines, tune, regions, csv, overwrite, json,
            };
        reading.AddTo(command);
        inference.AddTo(command);
        command.Validators.Add(result =>
        {
            var pair = (result.GetValue(low), result.GetValue(high), result.GetValue(task));
            if (result.GetValue(data) is null ? pair is not (not null, not null, not null) : pair is not (null, null, null))
            {
                result.AddError("Give either --data, or --lq, --hq and --task.");
            }

            CommonOptions.CheckTogether(
                result, (model, noModel), (model, tune), (noModel, tune), (baselines, tune), (csv, tune), (regions, tune), (split, low));
            CommonOptions.CheckTogether(result, inference.All.SelectMany(option => new[] { (option, (Option)noModel), (option, tune) }));
            CommonOptions.CheckNeeded(result, (overwrite, csv));
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var unrestored = 0;
            using var restorer = parsed.GetValue(noModel) || parsed.GetValue(tune)
                ? null
                : inference.Open(parsed, parsed.GetRequiredValue(model), _ => Interlocked.Increment(ref unrestored));
            var tasks = restorer?.Tasks ?? TaskVocabulary.Paper;
            var pairs = parsed.GetValue(data) is { } root
                ? PairFiles.InDataSet(root, parsed.GetRequiredValue(split), tasks, reading.Of(parsed))
                : PairFiles.Between(tasks[parsed.GetRequiredValue(task)], parsed.GetRequiredValue(low), parsed.GetRequiredValue(high),
                    reading.Of(parsed));
            OptionUse.CheckDicom(parsed, reading.All, pairs.SelectMany(pair => new[] { pair.Low, pair.High }));
            foreach (var target in parsed.GetValue(csv) is { } name ? new[] { name, RegionTable.FileBeside(name) } : [])
            {
                CommonOptions.CheckFile(parsed.GetValue(overwrite), target);
            }

            var masks = parsed.GetValue(regions) is { } mask ? RegionMasks.Find(mask, cancellationToken) : null;
            var table = masks is null ? null : new RegionTable(masks.NameOf);

            var tally = restorer is null ? null : new InputTally(restorer);
            IEnumerable<EvaluatedSlice> Slices() =>
                pairs.SelectMany((files, number) =>
                    files.Read((scan, slice) => tally?.Add(slice, files.Task, files.Low.Name, scan.PixelSpacing(), scan.Modality), masks)
                        .Select(read =>
                        {
                            if (restorer is not null)
                            {
                                inference.Check(parsed, read.Pair.LowQuality, files.Low.Path, read.Slice + 1);
                            }

                            return new EvaluatedSlice(files, read, (number + (read.Slice / (double)read.Count)) / pairs.Count);
                        }));

            if (parsed.GetValue(tune))
            {
                Tune(terminal, [.. Slices().Select(slice => (slice.Files.Task, slice.Pair))], parsed.GetValue(json), cancellationToken);
                return Task.FromResult(ExitCodes.Done);
            }

            var measured = terminal.Track("Evaluating", progress =>
                Measure(Slices(), restorer, parsed.GetValue(baselines), table, progress, cancellationToken), quiet: parsed.GetValue(json));
            if (parsed.GetValue(csv) is { } file)
            {
                AtomicFile.Write(file, MeasuredImage.ToCsv(measured));
                if (table is not null)
                {
                    AtomicFile.Write(RegionTable.FileBeside(file), table.ToCsv());
                }
            }

            var methods = MethodTable.Of(measured);
            if (parsed.GetValue(json))
            {
                terminal.Json(methods.Rows.Select(row => row with
                {
                    Regions = table?.Rows.Where(region => region.Task.Name == row.Task && region.Method == row.Method).ToList(),
                }));
                foreach (var remark in tally?.Remarks ?? [])
                {
                    terminal.Error(remark);
                }
            }
            else
            {
                terminal.Write(methods.ToDisplay());
                if (table is not null)
                {
                    terminal.Write(new Rows(table.Tables().Select(scan => scan.ToDisplay())));
                }

                foreach (var remark in methods.Remarks().Concat(tally?.Remarks ?? []))
                {
                    terminal.Line(remark);
                }

                if (unrestored > 0)
                {
                    terminal.Line(MessageText.Amount(unrestored, "slice has", "slices have")
                        + " NaN or infinite values: not restored, and in no average.");
                }
            }

            string[] missed = [.. table?.Missed ?? []];
            foreach (var line in missed)
            {
                terminal.Error(line);
            }

            return Task.FromResult(missed.Length == 0 ? ExitCodes.Done : ExitCodes.Failed);
        });
        return command;
    }

    private static List<MeasuredImage> Measure(IEnumerable<EvaluatedSlice> slices, IImageRestorer? restorer, bool baselines,
        RegionTable? regions, IProgress<(double, string)> progress, CancellationToken cancellationToken)
    {
        var results = new List<MeasuredImage>();
        foreach (var chunk in slices.Chunk(SlicesAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunkProgress = new ChunkProgress(chunk, progress);
            chunkProgress.Report(0);
            var restored = restorer?.Restore([.. chunk.Select(item => item.Pair.LowQuality)], [.. chunk.Select(item => item.Files.Task)],
                chunkProgress, cancellationToken);
            foreach (var (i, item) in chunk.Index())
            {
                if (item.Read.Labels is { } labels)
                {
                    regions?.Add(item.Files.Task, item.Pair.Name,
                        [
                            (MeasuredImage.Input, item.Pair.LowQuality),
                            .. restored is null ? Array.Empty<(string, ImageSlice)>() : [(MeasuredImage.Model, restored[i])],
                        ], item.Pair.HighQuality, labels, item.Read.PixelSpacing);
                }

                results.Add(MeasuredImage.Of(item.Files.Task, item.Read.Slice, item.Pair, restored?[i],
                    baselines ? StandardFilters.For(item.Files.Task) : []));
            }
        }

        return results;
    }

    private static void Tune(
        Terminal terminal, IReadOnlyList<(RestorationTask Task, ImagePair Pair)> images, bool json, CancellationToken cancellationToken)
    {
        var best = terminal.Track("Trying strengths", _ => FilterTuning.Run(images, cancellationToken), quiet: json);
        if (json)
        {
            terminal.Json(best);
            return;
        }

        foreach (var (task, filter, psnr, count) in best)
        {
            terminal.Line(FormattableString.Invariant($"{task}: {filter} reaches {psnr:F2} dB over {MessageText.Amount(count, "image")}."));
        }
    }

    /// <summary>A slice of a pair, and which share of all is before it.</summary>
    private sealed record EvaluatedSlice(PairFiles Files, PairSlice Read, double Before)
    {
        public ImagePair Pair => Read.Pair;
    }

    /// <summary>Tells of a share of some slices where that is among all.</summary>
    private sealed class ChunkProgress(EvaluatedSlice[] chunk, IProgress<(double, string)> progress) : IProgress<double>
    {
        public void Report(double value)
        {
            var slice = chunk[Math.Min(chunk.Length - 1, (int)(value * chunk.Length))];
            progress.Report((slice.Before, slice.Files.Low.Name));
        }
    }
}
