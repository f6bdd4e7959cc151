using System.CommandLine;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Comparison;
using Tat.Samples.Shared;
using Tat.Samples.Shell;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>evidence SCANS</c>: degrades good scans, restores them, and compares the model with filters; the whole proof in one command.
/// </summary>
internal static class EvidenceCommand
{
    public static Command Create(Terminal terminal)
    {
        var scans = CommonOptions.Paths(
            "scan", "Good scans that the model was not trained on: files, folders that hold a series, or folders of scans.");
        var task = CommonOptions.Task(required: false);
        var model = CommonOptions.Model();
        var output = new Option<string>("--out")
        {
            Description = "Folder for the page, its pictures and the tables.",
            DefaultValueFactory = _ => "evidence",
        };
        var slices = new Option<int>("--slices")
        {
            Description = "Slices of each scan, from its middle half.",
            DefaultValueFactory = _ => 6,
        };
        var seed = CommonOptions.Seed();
        var reading = new ReadingOptions();
        var inference = new InferenceOptions();
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("evidence", "Degrades good scans, restores them, and compares the model with filters.")
        {
            scans, task, model, output, slices, seed, overwrite,
        };
        reading.AddTo(command);
        inference.AddTo(command);
        slices.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--slices takes a number from 1.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var folder = parsed.GetRequiredValue(output);
            CommonOptions.CheckFree(parsed.GetValue(overwrite), folder);
            CommonOptions.CheckFile(overwrite: true, Path.Combine(folder, EvidencePage.Name));
            var modelPath = parsed.GetRequiredValue(model);
            using var restorer = inference.Open(parsed, modelPath, _ => { });
            var options = reading.Of(parsed) with { Pet = PetQuantity.Suv };
            var (sources, leftOut) = ScanFinder.Find(parsed.GetRequiredValue(scans), options, cancellationToken);
            OptionUse.CheckDicom(parsed, reading.All, sources);
            OptionUse.Check(parsed, [task], "scans that do not tell their modality",
                () => sources.Any(source => OptionUse.ModalityOf(source) is null));
            foreach (var file in leftOut)
            {
                terminal.Error(file.ToString());
            }

            var study = new EvidenceStudy(restorer, parsed.GetValue(slices), parsed.GetValue(seed));
            terminal.Track("Comparing", progress =>
            {
                foreach (var (number, source) in sources.Index())
                {
                    using var scan = source.Open();
                    study.Add(scan, source.Name, ScanTask.Of(scan, scan.Modality is null ? parsed.GetValue(task) : null, restorer.Tasks),
                        (share, status) => progress.Report(((number + share) / sources.Count, status)), cancellationToken);
                }

                return study;
            });
            var title = ModelFiles.NameOf(modelPath, restorer.Card);
            EvidencePage.Write(folder, title, study);
            terminal.Write(study.Table.ToDisplay());
            foreach (var remark in study.Remarks)
            {
                terminal.Line(remark);
            }

            terminal.Line(
                $"The page is {Path.Combine(folder, EvidencePage.Name)}; evidence.md and evidence.csv beside it have the tables.");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
