using System.CommandLine;
using Spectre.Console;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Comparison;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

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
        scans.Arity = ArgumentArity.ZeroOrMore;
        var phantoms = new Option<int?>("--phantoms")
        {
            Description = "Instead of scans: the number of simulated torsos with known truth, each for CT and PET (or for --task), with "
                + "lesions and without. Shows whether tissue means are right, lesions are found, and intervals contain the truth.",
        };
        var task = CommonOptions.Task(required: false);
        var model = CommonOptions.Model();
        var output = new Option<string>("--out")
        {
            Description = "The folder for the page, its pictures and the tables.",
            DefaultValueFactory = _ => "evidence",
        };
        var slices = CommonOptions.Slices(6);
        var seed = CommonOptions.Seed();
        var reading = new ReadingOptions();
        var inference = new InferenceOptions();
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("evidence", "Degrades good scans, restores them, and compares the model with filters.")
        {
            scans, phantoms, task, model, output, slices, seed, overwrite,
        };
        reading.AddTo(command);
        inference.AddTo(command);
        phantoms.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
            {
                result.AddError("--phantoms takes a number from 1.");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(phantoms) is null == (result.GetValue(scans) is not [_, ..]))
            {
                result.AddError("Give scans, or a number of --phantoms.");
            }

            // What local means do to phantoms is shown anyway.
            CommonOptions.CheckTogether(
                result, reading.All.Append(slices).Append(inference.LocalMeansOption).Select(option => (option, (Option)phantoms)));
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var folder = parsed.GetRequiredValue(output);
            CommonOptions.CheckFree(parsed.GetValue(overwrite), folder);
            CommonOptions.CheckFile(overwrite: true, Path.Combine(folder, EvidencePage.Name));
            var modelPath = parsed.GetRequiredValue(model);
            using var restorer = inference.Open(parsed, modelPath, _ => { });
            var title = ModelFiles.NameOf(modelPath, restorer.Card);
            if (parsed.GetValue(phantoms) is { } count)
            {
                Study(terminal, restorer, parsed.GetValue(task), count, parsed.GetValue(seed), folder, title, cancellationToken);
                return Task.FromResult(ExitCodes.Done);
            }

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
            EvidencePage.Write(folder, title, study);
            terminal.Write(study.Table.ToDisplay());
            foreach (var remark in study.Remarks)
            {
                terminal.Line(remark);
            }

            TellPage(terminal, folder);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Study(Terminal terminal, IImageRestorer restorer, string? task, int count, ulong seed, string folder, string title,
        CancellationToken cancellationToken)
    {
        RestorationTask[] tasks = [.. (task is null ? PhantomStudy.Tasks : [task]).Select(name => restorer.Tasks[name])];
        var study = new PhantomStudy(restorer, seed);
        terminal.Track("Comparing", progress =>
        {
            foreach (var (number, (kind, phantom)) in tasks.SelectMany(kind => Enumerable.Range(0, count).Select(i => (kind, i))).Index())
            {
                progress.Report((number / (double)(tasks.Length * count), $"{kind}, phantom {phantom + 1} of {count}"));
                study.Add(kind, phantom, cancellationToken);
            }

            return study;
        });
        EvidencePage.Write(folder, title, study, count);
        terminal.Write(new Rows(study.Tables.Select(table => table.ToDisplay())));
        foreach (var remark in study.Remarks)
        {
            terminal.Line(remark);
        }

        TellPage(terminal, folder);
    }

    private static void TellPage(Terminal terminal, string folder) => terminal.Line(
        $"The page is {Path.Combine(folder, EvidencePage.Name)}; the tables are in evidence.md and evidence.csv beside it.");
}
