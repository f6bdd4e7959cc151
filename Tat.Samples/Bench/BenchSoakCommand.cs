using System.CommandLine;
using Microsoft.ML;
using Spectre.Console;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary>
/// <c>bench soak</c>: many predictions through one engine and through several at once; memory must stay flat and results the same.
/// </summary>
internal static class BenchSoakCommand
{
    public static Command Create(Terminal terminal)
    {
        var predictions = new Option<int>("--predictions")
        {
            Description = "Predictions in each of the two runs.",
            DefaultValueFactory = _ => 10_000,
        };
        var engines = new Option<int>("--engines")
        {
            Description = "Engines of the second run, each on its thread.",
            DefaultValueFactory = _ => 8,
        };
        var size = new Option<int>("--size") { Description = "Side of the images.", DefaultValueFactory = _ => 64 };
        var json = CommonOptions.Json();
        var command = new Command(
            "soak", "Predicts many times with a small model, on one thread and on several; tells how memory grows and whether results "
                + "stay equal.") { predictions, engines, size, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            using var folder = new WorkFolder();
            using (var random = new TatModel(new TatNetwork(TatNetworkOptions.Small), TaskVocabulary.Paper))
            {
                random.Save(folder["model.safetensors"]);
            }

            using var model = new MLContext().ImageRestoration.LoadPretrained(folder["model.safetensors"]);
            var runs = new[] { 1, parsed.GetValue(engines) }.Select(count => terminal.Track(
                MessageText.Amount(count, "engine"),
                progress => SoakRun.Measure(model, count, parsed.GetValue(predictions), parsed.GetValue(size), progress, cancellationToken),
                quiet: parsed.GetValue(json))).ToList();
            Show(terminal, runs, parsed.GetValue(json));
            return Task.FromResult(runs.All(run => run.Different == 0) ? ExitCodes.Done : ExitCodes.Failed);
        });
        return command;
    }

    private static void Show(Terminal terminal, List<SoakRun> runs, bool json)
    {
        if (json)
        {
            terminal.Json(runs);
            return;
        }

        var table = new Table().AddColumns(
            "Engines", "Predictions", "per second", "Memory MB of the warm-up", "of the run", "Growth %", "Results that differ");
        foreach (var run in runs)
        {
            table.AddRow(
                Text(run.Engines), Text(run.Predictions), Text(run.PerSecond, "F1"), Text(run.WarmMegabytes, "F1"),
                Text(run.Megabytes, "F1"),
                Text(100 * run.Growth, "F2"), Text(run.Different));
        }

        terminal.Write(table);
    }
}
