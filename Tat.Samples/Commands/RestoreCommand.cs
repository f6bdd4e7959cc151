using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Inference;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>restore IMAGE… --model M --task T --out X</c>: restores files, series and folders of them; each result has its source's format and
/// geometry.
/// </summary>
internal static class RestoreCommand
{
    public static Command Create(Terminal terminal)
    {
        var images = CommonOptions.Paths("image", "Images to restore: files, folders that hold a series, or folders of images.");
        var model = CommonOptions.Model();
        var task = CommonOptions.Task(required: false);
        var output = new Option<string>("--out")
        {
            Description = "File or folder to write; by default NAME_restored in the current folder.",
        };
        var plane = new Option<SlicePlane>("--plane")
        {
            Description =
            "Along which plane volumes are cut into slices for the network.",
            DefaultValueFactory = _ => SlicePlane.Acquisition
        };
        var factor = new Option<string>("--factor")
        {
            Description = "Super-resolution: make the grid of slices finer, 2 for twice as many rows and columns, 1x2 for the columns "
                + "alone; the field of view stays.",
        };
        var keepType = new Option<bool>("--keep-type")
        {
            Description = "Store pixels in the data type of the source, rounded, instead of as 32-bit floats (NIfTI).",
        };
        var derived = new DerivedOptions();
        var asStored = new Option<bool>("--pet-as-stored")
        {
            Description = "DICOM: take PET as it is stored (Bq/ml) instead of in SUV, for models that were trained so.",
        };
        var reading = new ReadingOptions();
        var inference = new InferenceOptions();
        var uncertainty = new Option<bool>("--uncertainty")
        {
            Description = "Also write, as NAME_margin, how far each value may be off: restored ± margin holds the value of a good scan in "
                + "90 of 100 pixels. Restores in eight orientations, for eight times the time.",
        };
        var overwrite = CommonOptions.Overwrite();
        var resume = new Option<bool>("--resume") { Description = "Skip images whose result is there." };
        var bids = new Option<bool>("--bids")
        {
            Description = "Write NIfTI named as a derivative data set of BIDS, with JSON sidecars, into the folder --out.",
        };
        var json = CommonOptions.Json();
        var command = new Command("restore", "Restores images and volumes with a model.")
        {
            images, model, task, output, plane, factor, keepType, overwrite, resume, bids, json,
        };
        command.Add(asStored);
        derived.AddTo(command);
        reading.AddTo(command);
        inference.AddTo(command);
        command.Add(uncertainty);
        command.Validators.Add(result =>
        {
            if (result.GetValue(bids) && (result.GetValue(output) is not { } folder || Path.HasExtension(folder)))
            {
                result.AddError("--bids needs a folder as --out.");
            }

            if (result.GetValue(factor) is { } text && ParseFactor(text) is null)
            {
                result.AddError($"--factor {text} is no factor: give a number of at least 1, such as 2, or one for rows and one for "
                    + "columns, such as 1x2.");
            }

            CommonOptions.CheckTogether(result, (derived.Difference, bids), (overwrite, resume));
            CommonOptions.CheckTogether(result, inference.Changing.Select(option => (option, (Option)uncertainty)));
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var readOptions = reading.Of(parsed) with
            {
                Plane = parsed.GetValue(plane),
                Upsampling = parsed.GetValue(factor) is { } text
                ? ParseFactor(text)
                : null,
                Pet = parsed.GetValue(asStored) ? PetQuantity.AsStored : PetQuantity.Suv
            };
            var found = ScanFinder.Find(parsed.GetRequiredValue(images), readOptions, cancellationToken);
            if (parsed.GetValue(task) is null && found.Scans.Any(scan => !scan.NeedsTask))
            {
                // Captures and other modalities lie among the scans of a study.
                var others = found.Scans.Where(scan => scan.NeedsTask)
                    .Select(scan => new LeftOutFile(
                        scan.Path, "its modality is none of CT, MR and PT; restore it on its own, with --task.", scan.SeriesInstanceUid));
                found = new([.. found.Scans.Where(scan => !scan.NeedsTask)], [.. found.LeftOut, .. others]);
            }

            var dataset = parsed.GetValue(bids)
                ? new BidsDataset(parsed.GetValue(output)!, found.Scans, parsed.GetValue(task), derived.Of(parsed).Deidentify)
                : null;
            var jobs = dataset?.Jobs ?? ScanJob.Plan(found.Scans, parsed.GetValue(output), numbered: derived.Of(parsed).Deidentify);
            OptionUse.CheckDicom(parsed, [.. reading.All, derived.Key], found.Scans);
            OptionUse.CheckPet(parsed, asStored, found.Scans);
            OptionUse.Check(parsed, [derived.Difference], "results in DICOM",
                () => jobs.Any(job => !job.IsNifti && OptionUse.IsDicom(job.Source)));
            OptionUse.Check(parsed, [keepType], "NIfTI files restored to NIfTI",
                () => jobs.Any(job => job.IsNifti && !OptionUse.IsDicom(job.Source)));
            OptionUse.Check(parsed, [derived.Suffix], "results with a description, in DICOM or NIfTI",
                () => jobs.Any(job => job.IsNifti || OptionUse.IsDicom(job.Source)));
            foreach (var file in found.LeftOut)
            {
                terminal.Error(file.ToString());
            }

            foreach (var folder in jobs.Select(job => Path.GetDirectoryName(Path.GetFullPath(job.Destination))!).Distinct())
            {
                Staging.Sweep(folder);
            }

            if (parsed.GetValue(resume))
            {
                jobs = [.. jobs.Where(job => !job.IsDone)];
            }

            CommonOptions.CheckResults(parsed.GetValue(overwrite), [.. jobs.SelectMany(job => parsed.GetValue(uncertainty)
                ? new[] { job.Destination, ScanJob.MarginOf(job.Destination) }
                : [job.Destination])]);
            var modelPath = parsed.GetRequiredValue(model);
            using var restorer = inference.OpenPlain(parsed, modelPath, _ => { });
            var options = new ScanRestorationOptions
            {
                Task = parsed.GetValue(task) is { } name ? restorer.Tasks[name].Name : null,
                Derived = derived.Of(parsed) with
                {
                    Model = ModelFiles.NameOf(
                    modelPath, restorer.Card),
                    ModelHash = ModelFiles.HashOf(modelPath),
                    KeepDataType = parsed.GetValue(keepType)
                },
                NonFinite = inference.NonFinite(parsed),
                Ensemble = inference.Ensemble(parsed),
                LocalMeans = inference.LocalMeans(parsed),
                Strength = inference.Strength(parsed),
                Uncertainty = parsed.GetValue(uncertainty),
                Overwrite = parsed.GetValue(overwrite),
            };
            dataset?.Describe();
            LeftOutFile[] leftOut = [.. found.LeftOut.Concat(found.Scans.SelectMany(scan => scan.LeftOut))];
            return Task.FromResult(Run(terminal, restorer, jobs, leftOut,
                job => options with { SidecarSources = dataset?.SourcesOf(job.Source) }, parsed.GetValue(json), cancellationToken));
        });
        return command;
    }

    /// <summary>A factor for both axes, or one for rows and one for columns; <see langword="null"/> where the text is none.</summary>
    private static UpsamplingFactor? ParseFactor(string text)
    {
        double[] factors = [.. text.Split('x')
            .Select(part => double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) ? number : 0)];
        return factors is [>= 1] ? new(factors[0]) : factors is [>= 1, >= 1] ? new(factors[0], factors[1]) : null;
    }

    private static int Run(Terminal terminal, IImageRestorer restorer, IReadOnlyList<ScanJob> jobs, IReadOnlyList<LeftOutFile> leftOut,
        Func<ScanJob, ScanRestorationOptions> options, bool json, CancellationToken cancellationToken)
    {
        // A damaged file may be a slice of any scan beside it, also where it does not tell its series.
        LeftOutFile[] damaged = [.. leftOut.Where(file => file.IsDamaged)];
        var results = new List<object>();
        var failures = new List<(ScanJob Job, string Reason)>();
        foreach (var job in jobs)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                var result = terminal.Track(job.Source.Name, progress => restorer.RestoreScan(
                    job.Source, job.Destination, options(job), new SliceProgress(progress), cancellationToken), quiet: json);
                results.Add(new
                {
                    result.Source,
                    Task = result.Task.Name,
                    result.Slices,
                    result.Unrestored,
                    result.ShareBeyondRange,
                    NoiseBefore = Known(result.Noise.Before),
                    NoiseAfter = Known(result.Noise.After),
                    result.Destination,
                    clock.Elapsed.TotalSeconds,
                    result.SeriesInstanceUids,
                    result.Warnings,
                });
                if (!json)
                {
                    var noise = Known(result.Noise.Before) is { } before && Known(result.Noise.After) is { } after
                        ? FormattableString.Invariant($", noise {before:G3} → {after:G3}")
                        : "";
                    var restored = result.Slices - result.Unrestored;
                    terminal.Line(string.Create(
                        CultureInfo.InvariantCulture, $"{job.Destination}: {MessageText.Amount(restored, "slice")} restored as "
                            + $"{result.Task} in {clock.Elapsed.TotalSeconds:F1} s{noise}"));
                    foreach (var warning in result.Warnings)
                    {
                        terminal.Line($"{job.Destination}: {warning}");
                    }
                }
            }
            catch (Exception exception)
                when (exception is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException
                    or NotSupportedException)
            {
                var reason = FailureText.Of(exception);
                failures.Add((job, reason));
                results.Add(new { Source = job.Source.Path, job.Destination, Error = reason });
            }
        }

        if (json)
        {
            terminal.Json(results.Concat(LeftOutFacts.Of(leftOut)));
        }

        if (jobs.Count + damaged.Length > 1 && failures.Count + damaged.Length > 0 && !json)
        {
            var table = new Table().AddColumn("Not restored").AddColumn("Why");
            failures.ForEach(failure => table.AddRow(new Text(failure.Job.Source.ToString()), new Text(failure.Reason)));
            foreach (var file in damaged)
            {
                table.AddRow(new Text($"'{file.Path}'"), new Text(file.Reason));
            }

            terminal.Write(table);
        }

        if (failures.Count > 0)
        {
            terminal.Error(jobs.Count == 1
                ? failures[0].Reason
                : $"{failures.Count} of {jobs.Count} images failed; the first: {failures[0].Reason}");
        }

        if (damaged.Length > 0)
        {
            terminal.Error($"{damaged.Length} damaged files are not restored; the first: '{damaged[0].Path}': {damaged[0].Reason}");
        }

        return failures.Count + damaged.Length > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Tells of slices as a share of all.</summary>
    private sealed class SliceProgress(IProgress<(double, string)> progress) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) =>
            progress.Report((value.Slices / value.Count, $"slice {Math.Min(value.Count, (int)value.Slices + 1)} of {value.Count}"));
    }
}
