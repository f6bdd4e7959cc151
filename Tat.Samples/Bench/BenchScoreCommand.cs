using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files.Writing;
using Tat.Torch.Onnx;

namespace Tat.Samples.Bench;

/// <summary>
/// <c>bench score</c>: restores the same images with models on TorchSharp and on ONNX Runtime, each in processes of its own, by turns.
/// </summary>
internal static class BenchScoreCommand
{
    public const string OneName = "score-one";

    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var network = BenchForwardCommand.Network();
        network.Description += " With random weights, instead of --model.";
        var onnx = new Option<string>("--onnx")
        {
            Description = "The exported model to compare with; without one, --model is exported for the comparison.",
        };
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Sides of the square images.",
            DefaultValueFactory = _ => [128, 256],
            AllowMultipleArgumentsPerToken = true,
        };
        var repeat = new Option<int>("--repeat")
        {
            Description = "Images after the first one, in each of two rounds.",
            DefaultValueFactory = _ => 3,
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "score", "Compares TorchSharp and ONNX Runtime on the same images: milliseconds per image, peak memory, cold start, and "
                + "multiples of what the machine needs at best.") { model, network, onnx, sizes, repeat, json };
        command.Validators.Add(result => CommonOptions.CheckTogether(result, (network, model)));
        command.SetAction((parsed, cancellationToken) =>
        {
            using var folder = new WorkFolder();
            var torch = parsed.GetValue(network) is { } preset
                ? RandomModel.Write(Preset.Of(preset).Network, folder)
                : parsed.GetRequiredValue(model);
            var exported = parsed.GetValue(onnx) ?? folder["tat.onnx"];
            if (parsed.GetValue(onnx) is null)
            {
                using var source = ModelFiles.LoadTorch(torch);
                OnnxExporter.Export(source, exported, new() { Verify = false }, cancellationToken);
            }

            var bench = new ScoreBench([("TorchSharp", torch), ("ONNX Runtime", exported)], folder.Path);
            var rows = parsed.GetRequiredValue(sizes)
                .SelectMany(size => bench.Measure(size, parsed.GetValue(repeat), cancellationToken)).ToList();
            Show(terminal, rows, parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>What a process of the comparison runs.</summary>
    public static Command CreateOne(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var size = new Option<int>("--size");
        var repeat = new Option<int>("--repeat");
        var output = new Option<string>("--out");
        var command = new Command(OneName, "Measures one model in this process.") { model, size, repeat, output };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
        {
            terminal.JsonOf(ScoreRun.Measure(parsed.GetRequiredValue(model), parsed.GetValue(size), parsed.GetValue(repeat),
                parsed.GetRequiredValue(output), cancellationToken));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Show(Terminal terminal, List<ScoreRow> rows, bool json)
    {
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        var table = new Table().AddColumns(
            "Image", "Back end", "ms per image", "Times floor", "Cold start s", "Peak memory MB", "Difference (of 1)");
        foreach (var row in rows)
        {
            table.AddRow($"{row.Size} × {row.Size}", row.BackEnd, Text(row.Milliseconds, "F0"), Text(row.TimesFloor, "F2"),
                Text(row.ColdStartSeconds, "F2"), Text(row.PeakMegabytes, "F0"), Text(row.Difference, "G2"));
        }

        terminal.Write(table);
        terminal.Line("Median after the first image; cold start: from the start of the process to its first restored image.");
        var floors = rows.DistinctBy(row => row.Size).Select(row => $"{row.Size} × {row.Size} {Text(row.FloorMilliseconds, "F0")} ms");
        terminal.Line($"Floor, by the machine's best large matrix product: {string.Join("; ", floors)}.");
    }

    private static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
