using System.CommandLine;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>restore IMAGE… --model M --task T --out X</c>: restores files, series and folders of them; each result has its source's format and
/// geometry.
/// </summary>
internal static class RestoreCommand
{
    public static Command Create(Terminal terminal)
    {
        var images = CommonOptions.Paths("image", "Images to restore: files, folders that contain a series, or folders of images.");
        var model = CommonOptions.Model();
        var task = CommonOptions.Task(required: false);
        var output = new Option<string>("--out")
        {
            Description = "The file or folder to write; by default NAME_restored in the current folder.",
        };
        var plane = new Option<SlicePlane>("--plane")
        {
            Description =
            "Along which plane volumes are cut into slices for the network.",
            DefaultValueFactory = _ => SlicePlane.Acquisition
        };
        var factor = CommonOptions.Factor();
        var keepType = new Option<bool>("--keep-type")
        {
            Description = "Store pixels in the data type of the source, rounded, instead of as 32-bit floats (NIfTI).",
        };
        var derived = new DerivedOptions();
        var asStored = new Option<bool>("--pet-as-stored")
        {
            Description = "DICOM: read PET in the stored quantity (Bq/ml) instead of SUV, for models that were trained on it.",
        };
        var reading = new ReadingOptions();
        var inference = new InferenceOptions();
        var uncertainty = CommonOptions.Uncertainty();
        var overwrite = CommonOptions.Overwrite();
        var resume = new Option<bool>("--resume")
        {
            Description = "Skip images that already have a result of the same options and model; if it is of others, nothing is done.",
        };
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
                result.AddError("--bids requires --out to be a folder.");
            }

            if (result.GetValue(resume) && derived.IsAnew(result))
            {
                result.AddError("--resume continues a run with --deidentify only if both have the same --deidentify-key: without one, the "
                    + "names and UIDs of a run fit no other.");
            }

            CommonOptions.CheckTogether(result, (derived.Difference, bids), (overwrite, resume));
            CommonOptions.CheckTogether(result, inference.Changing.Select(option => (option, (Option)uncertainty)));
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var readOptions = reading.Of(parsed) with
            {
                Plane = parsed.GetValue(plane),
                Upsampling = parsed.GetValue(factor),
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
            var jobs = dataset?.Jobs ?? ScanJob.Plan(
                found.Scans, parsed.GetValue(output), numbered: derived.Of(parsed).Deidentify, margins: parsed.GetValue(uncertainty),
                differences: derived.Of(parsed).WriteDifference);
            OptionUse.CheckDicom(parsed, [.. reading.All, .. parsed.GetValue(resume) ? [] : new[] { derived.Key }], found.Scans);
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

            CommonOptions.CheckResults(parsed.GetValue(overwrite) || parsed.GetValue(resume),
                [.. jobs.SelectMany(job => parsed.GetValue(uncertainty)
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
            if (parsed.GetValue(resume))
            {
                var count = jobs.Count;
                jobs = [.. jobs.Where(job => !job.IsDoneWith(options, restorer.ModelHash))];
                if (count > jobs.Count && !parsed.GetValue(json))
                {
                    terminal.Line($"{MessageText.Amount(count - jobs.Count, "image")} restored before.");
                }
            }

            dataset?.Describe();
            LeftOutFile[] leftOut = [.. found.LeftOut.Concat(found.Scans.SelectMany(scan => scan.LeftOut))];
            return Task.FromResult(ScanBatch.Restore(terminal, restorer, jobs, leftOut,
                job => options with { SidecarSources = dataset?.SourcesOf(job.Source) }, parsed.GetValue(json), cancellationToken));
        });
        return command;
    }
}
