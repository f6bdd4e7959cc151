using System.CommandLine;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Degradation;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Samples.Commands;

/// <summary><c>simulate IMAGE… --task T --out ROOT</c>: makes pairs for training and evaluation from good images.</summary>
internal static class SimulateCommand
{
    /// <summary>Rows and columns of a phantom.</summary>
    private const int PhantomSize = 128;

    public static Command Create(Terminal terminal)
    {
        var images = CommonOptions.Paths("image", "Good images: files, folders that contain a series, or folders of images.");
        images.Arity = ArgumentArity.ZeroOrMore;
        var phantoms = new Option<int>("--phantoms") { Description = "Instead of images: the number of phantoms to make." };
        var task = new Option<string>("--task") { Description = "The task that the pairs are for.", Required = true };
        task.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. TaskVocabulary.Paper.Select(known => known.Name)]);
        var output = new Option<string>("--out")
        {
            Description = "Root of the data set to write to: ROOT/TASK/SPLIT/{LQ,HQ}/NAME.nii.gz.",
            Required = true,
        };
        var split = new Option<string>("--split")
        {
            Description = "The part of the data set that the pairs belong to.",
            DefaultValueFactory = _ => "test",
        };
        split.AcceptOnlyFromAmong("train", "validation", "test");
        var factor = new Option<double>("--factor")
        {
            Description = "MRI: reduction of resolution per axis.",
            DefaultValueFactory = _ => new MriKSpaceCrop().Factor,
        };
        var dose = new Option<double>("--dose")
        {
            Description = "CT: the low dose as a fraction of the full one.",
            DefaultValueFactory = _ => new CtLowDose().DoseFraction,
        };
        var reduction = new Option<double>("--reduction")
        {
            Description = "PET: reduction of counts.",
            DefaultValueFactory = _ => new PetLowCount().Reduction,
        };
        var spacing = new Option<double?>("--spacing") { Description = "Pixel size in mm, for images that do not record it." };
        var seed = CommonOptions.Seed();
        var reading = new ReadingOptions();
        var overwrite = CommonOptions.Overwrite();
        var command = new Command(
            "simulate", "Simulates low-quality counterparts of good images: MRI k-space crop, CT low dose, PET low count.")
        {
            images, phantoms, task, output, split, factor, dose, reduction, spacing, seed, overwrite,
        };
        reading.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(phantoms) < 0 || (result.GetValue(images)?.Length > 0) == (result.GetValue(phantoms) > 0))
            {
                result.AddError("Give images, or a number of --phantoms.");
            }

            foreach (var (option, owner) in new (Option, string)[] { (factor, "MRI"), (dose, "CT"), (reduction, "PET") })
            {
                if (result.GetResult(option) is { Implicit: false } && result.GetValue(task) is { } name
                    && !name.Equals(owner, StringComparison.OrdinalIgnoreCase))
                {
                    result.AddError($"{option.Name} is for {owner}, and the task is {name}.");
                }
            }

            CommonOptions.CheckTogether(result, reading.All.Select(option => (option, (Option)phantoms)));
            if (result.GetValue(phantoms) > 0 && result.GetValue(spacing) is not null)
            {
                result.AddError("--spacing is for images: the pixels of phantoms follow from their anatomy.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(phantoms) is > 0 and var count)
            {
                var part = parsed.GetRequiredValue(split);
                WritePhantoms(terminal, parsed.GetRequiredValue(output), part, parsed.GetValue(overwrite), cancellationToken,
                    new(TaskVocabulary.Paper[parsed.GetRequiredValue(task)], count, PhantomSize, NoiseSeed.Of(parsed.GetValue(seed), part))
                    {
                        MriFactor = parsed.GetValue(factor),
                        DoseFraction = parsed.GetValue(dose),
                        CountReduction = parsed.GetValue(reduction),
                    });
                return Task.FromResult(ExitCodes.Done);
            }

            IDegradation degradation = TaskVocabulary.Paper[parsed.GetRequiredValue(task)].Name switch
            {
                "MRI" => new MriKSpaceCrop { Factor = parsed.GetValue(factor) },
                "CT" => new CtLowDose { DoseFraction = parsed.GetValue(dose) },
                _ => new PetLowCount { Reduction = parsed.GetValue(reduction) },
            };
            var folder = Path.Combine(parsed.GetRequiredValue(output), degradation.Task.Name, parsed.GetRequiredValue(split));
            var (sources, leftOut) = ScanFinder.Find(parsed.GetRequiredValue(images), reading.Of(parsed), cancellationToken);
            OptionUse.CheckDicom(parsed, reading.All, sources);
            foreach (var file in leftOut)
            {
                terminal.Error(file.ToString());
            }

            (ScanSource Source, string Low, string High)[] pairs = [.. sources.Select(source => (source,
                Path.Combine(folder, "LQ", $"{source.Name}.nii.gz"), Path.Combine(folder, "HQ", $"{source.Name}.nii.gz")))];
            CommonOptions.CheckResults(parsed.GetValue(overwrite), [.. pairs.SelectMany(pair => new[] { pair.Low, pair.High })]);
            foreach (var (source, low, high) in pairs)
            {
                using var scan = source.Open();
                ScanTask.Of(scan, degradation.Task.Name, TaskVocabulary.Paper);
                var slices = terminal.Track(
                    source.Name,
                    progress =>
                        Degrade(scan, degradation, parsed.GetValue(spacing), slice => NoiseSeed.Of(parsed.GetValue(seed),
                            $"{degradation.Task}/{parsed.GetRequiredValue(split)}/{source.Name}", slice), progress, cancellationToken));
                Write(scan, slices, low, high, cancellationToken);
            }

            terminal.Line($"{MessageText.Amount(sources.Count, "image")} and degraded counterparts are in {folder}.");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void WritePhantoms(
        Terminal terminal, string root, string split, bool overwrite, CancellationToken cancellationToken, PhantomPairs phantoms)
    {
        var folder = Path.Combine(root, phantoms.Task.Name, split);
        CommonOptions.CheckResults(overwrite, folder);
        terminal.Track($"{phantoms.Task} phantoms", progress =>
        {
            PhantomDataSet.Write(root, [phantoms], [(split, phantoms.Count)], progress, cancellationToken);
            return phantoms.Count;
        });
        terminal.Line(
            $"{MessageText.Amount(phantoms.Count, "phantom")} and degraded counterparts are in {folder}. Phantoms are not patients: use "
            + "them to try things out.");
    }

    private static List<ImagePair> Degrade(IImageScan scan, IDegradation degradation, double? spacing, Func<int, ulong> seedOf,
        IProgress<(double, string)> progress, CancellationToken cancellationToken)
    {
        var pixelSize = spacing ?? scan.PixelSpacing()
            ?? throw new InvalidDataException($"'{scan.Path}' does not record its pixel size; give it in mm with --spacing.");
        var pairs = new List<ImagePair>();
        for (var i = 0; i < scan.SliceCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pairs.Add(degradation.Degrade(scan.ReadSlice(i), pixelSize, seedOf(i), $"slice {i}"));
            progress.Report(((i + 1.0) / scan.SliceCount, $"slice {i + 1} of {scan.SliceCount}"));
        }

        return pairs;
    }

    /// <summary>Writes both volumes of a pair, or none.</summary>
    private static void Write(IImageScan scan, List<ImagePair> pairs, string low, string high, CancellationToken cancellationToken)
    {
        var format = new NiftiFormat();
        using var files = new AtomicFiles(high, low);
        format.WriteDerived(scan, files.PathOf(high), pairs.Select(pair => pair.HighQuality), new() { DescriptionSuffix = "" },
            cancellationToken);
        format.WriteDerived(scan, files.PathOf(low), pairs.Select(pair => pair.LowQuality),
            new() { DescriptionSuffix = "simulated low quality" }, cancellationToken);
        files.Commit();
    }
}
