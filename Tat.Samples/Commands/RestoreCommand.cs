using System.CommandLine;
using System.Diagnostics;
using Tat.MLNet.Formats;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.Samples.Commands;

/// <summary><c>restore IMAGE… --model M --task T --out X</c>: restores files, series and folders of them; each result has its source's format and geometry.</summary>
internal static class RestoreCommand
{
    public static Command Create(Terminal terminal)
    {
        var images = CommonOptions.Paths("image", "Images to restore: files, folders that hold a series, or folders of images.");
        var model = CommonOptions.Model();
        var task = CommonOptions.Task(required: false);
        var output = new Option<string>("--out") { Description = "File or folder to write; by default NAME_restored in the current folder." };
        var plane = new Option<SlicePlane>("--plane") { Description = "Along which plane volumes are cut into slices for the network.", DefaultValueFactory = _ => SlicePlane.Acquisition };
        var keepType = new Option<bool>("--keep-type") { Description = "Store pixels in the data type of the source, rounded, instead of as 32-bit floats (NIfTI)." };
        var derived = new DerivedOptions();
        var asStored = new Option<bool>("--pet-as-stored") { Description = "DICOM: take PET as it is stored (Bq/ml) instead of in SUV, for models that were trained so." };
        var reading = new ReadingOptions();
        var inference = new InferenceOptions();
        var overwrite = CommonOptions.Overwrite();
        var resume = new Option<bool>("--resume") { Description = "Skip images whose result is there." };
        var json = CommonOptions.Json();
        var command = new Command("restore", "Restores images and volumes with a model.") { images, model, task, output, plane, keepType, overwrite, resume, json };
        command.Add(asStored);
        derived.AddTo(command);
        reading.AddTo(command);
        inference.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var jobs = RestoreJob.Plan(parsed.GetRequiredValue(images), parsed.GetValue(output));
            if (parsed.GetValue(resume))
            {
                jobs = [.. jobs.Where(job => !job.IsDone)];
            }

            CommonOptions.CheckFree(parsed.GetValue(overwrite), jobs.Select(job => job.Destination));
            var modelPath = parsed.GetRequiredValue(model);
            var unrestored = 0;
            using var restorer = inference.Open(parsed, modelPath, _ => Interlocked.Increment(ref unrestored));
            var options = derived.Of(parsed) with { Model = ModelFiles.NameOf(modelPath, restorer.Card), KeepDataType = parsed.GetValue(keepType) };
            var readOptions = reading.Of(parsed) with { Plane = parsed.GetValue(plane), Pet = parsed.GetValue(asStored) ? PetQuantity.AsStored : PetQuantity.Suv };
            var results = new List<object>();
            foreach (var job in jobs)
            {
                using var scan = ImageFormats.Open(job.Source, readOptions);
                var chosen = TaskOf(scan, parsed.GetValue(task), restorer.Tasks);
                var warnings = InputRemarks.Of(restorer, scan, chosen);
                if (!parsed.GetValue(json))
                {
                    foreach (var warning in warnings)
                    {
                        terminal.Line($"{job.Source}: {warning}");
                    }
                }

                var clock = Stopwatch.StartNew();
                var tally = new RangeTally(chosen);
                unrestored = 0;
                terminal.Track(job.Name, progress =>
                {
                    var slices = scan.ReadSlices(chosen, cancellationToken).Select((slice, i) => tally.Add(inference.Check(parsed, slice, job.Source, i + 1)));
                    job.Write(scan, restorer.RestoreVolume(slices, chosen, new SliceProgress(scan.SliceCount, progress), cancellationToken), options, cancellationToken);
                    return job;
                }, quiet: parsed.GetValue(json));
                results.Add(new { job.Source, Task = chosen.Name, Slices = scan.SliceCount, Unrestored = unrestored, Warnings = warnings, ShareBeyondRange = tally.Share, job.Destination, clock.Elapsed.TotalSeconds });
                if (!parsed.GetValue(json))
                {
                    var left = unrestored > 0 ? $"; {unrestored} with NaN or infinite values left as they are" : "";
                    terminal.Line(FormattableString.Invariant($"{job.Destination}: {scan.SliceCount - unrestored} slices restored as {chosen} in {clock.Elapsed.TotalSeconds:F1} s{left}"));
                    if (tally.Remark is { } remark)
                    {
                        terminal.Line($"{job.Destination}: {remark}.");
                    }
                }
            }

            if (parsed.GetValue(json))
            {
                terminal.Json(results);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>The task that the user names, or else that of the image's modality.</summary>
    private static RestorationTask TaskOf(IImageScan scan, string? name, TaskVocabulary tasks)
    {
        var task = tasks[name ?? ImageInputs.TaskOfModality(scan.Modality)
            ?? throw new InvalidDataException($"'{scan.Path}' does not tell its modality; give --task, one of {string.Join(", ", tasks)}.")];
        ImageInputs.CheckModality(scan, task);
        return task;
    }

    /// <summary>Tells of slices as a share of all.</summary>
    private sealed class SliceProgress(int slices, IProgress<(double, string)> progress) : IProgress<double>
    {
        public void Report(double value) => progress.Report((value / slices, $"slice {Math.Min(slices, (int)value + 1)} of {slices}"));
    }
}
