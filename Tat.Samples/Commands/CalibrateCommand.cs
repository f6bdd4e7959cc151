using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Comparison;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Inference;
using Tat.Torch.Randomness;

namespace Tat.Samples.Commands;

/// <summary>
/// <c>calibrate SCANS --card card.json</c>: finds how wide the intervals of <c>restore --uncertainty</c> have to be for a model, and writes
/// it into the card that <c>export</c> puts into the model.
/// </summary>
internal static class CalibrateCommand
{
    public static Command Create(Terminal terminal)
    {
        var scans = CommonOptions.Paths(
            "scan", "Good scans that the model was not trained on, two or more of each task: files, series, or folders of scans.");
        var task = CommonOptions.Task(required: false);
        var model = CommonOptions.Model();
        var card = new Option<string?>("--card")
        {
            Description = "The card of the model, a JSON file as for export, in which the margins are replaced; it is created if it "
                + "does not exist. Without this option, the margins are only printed.",
        };
        var slices = CommonOptions.Slices(2);
        var seed = CommonOptions.Seed();
        var reading = new ReadingOptions();
        var device = new InferenceOptions();
        var command = new Command(
            "calibrate", "Determines how wide the intervals of restore --uncertainty must be, and how often they hold on other scans.")
        {
            scans, task, model, card, slices, seed,
        };
        reading.AddTo(command);
        device.AddPlainTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(card) is { } target)
            {
                CommonOptions.CheckFile(overwrite: true, target);
                CardFile.ReadWhole(target);
            }

            using var restorer = device.OpenPlain(parsed, parsed.GetRequiredValue(model), _ => { });
            var options = reading.Of(parsed) with { Pet = PetQuantity.Suv };
            var (sources, leftOut) = ScanFinder.Find(parsed.GetRequiredValue(scans), options, cancellationToken);
            OptionUse.CheckDicom(parsed, reading.All, sources);
            OptionUse.Check(parsed, [task], "scans that do not tell their modality",
                () => sources.Any(source => OptionUse.ModalityOf(source) is null));
            foreach (var other in leftOut)
            {
                terminal.Error(other.ToString());
            }

            var calibration = new MarginCalibration(restorer);
            terminal.Track("Restoring in eight orientations", progress =>
            {
                foreach (var (number, source) in sources.Index())
                {
                    using var scan = source.Open();
                    var known = ScanTask.Of(scan, scan.Modality is null ? parsed.GetValue(task) : null, restorer.Tasks);
                    var strengths = ScanDegradation.For(known);
                    foreach (var (step, strength) in strengths.Index())
                    {
                        progress.Report(((number + (step / (double)strengths.Count)) / sources.Count, $"{source.Name}: {strength.Label}"));
                        var pairs = strength.Apply(scan, source.Name, parsed.GetValue(slices),
                            new RandomStream(parsed.GetValue(seed), number, step), cancellationToken);
                        calibration.Add([.. pairs.Select(item => item.Pair)], known, $"{source.Name} ({number + 1})", cancellationToken);
                    }
                }

                return calibration;
            });
            var found = calibration.Fit(cancellationToken);
            terminal.Write(TableOf(found));
            if (parsed.GetValue(card) is { } file)
            {
                CardFile.WriteMargins(file, found.ToDictionary(one => one.Task, one => one.Factors));
                terminal.Line($"The margins are in {file}; export --card {file} puts them into the model.");
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static Table TableOf(IEnumerable<MarginCoverage> found)
    {
        var table = new Table().AddColumns("Task", "Scans", "Spread", "Signal", "Held", "Of the body", "By scan");
        foreach (var one in found)
        {
            table.AddRow(one.Task, one.Factors.Scans.ToString(CultureInfo.InvariantCulture), Number(one.Factors.Spread, "G4"),
                Number(one.Factors.Signal, "G4"), Share(one.Factors.Coverage ?? double.NaN), Share(one.OfBody),
                $"{Share(one.ByScan.Values.Min())} to {Share(one.ByScan.Values.Max())}");
        }

        return table;
    }

    private static string Share(double share) => Number(100 * share, "F1") + " %";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
