using System.CommandLine;
using Spectre.Console;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files.Writing;
using static Tat.Samples.Bench.Programs.Figure;

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
            Description = "Calls after the first one, in each of two rounds.",
            DefaultValueFactory = _ => 3,
        };
        var images = Images();
        var half = new Option<bool>("--half") { Description = "Compare with an exported model of half-precision weights, too." };
        var operators = Operators();
        var against = BenchForwardCommand.Against();
        var json = CommonOptions.Json();
        var command = new Command(
            "score", "Compares TorchSharp and ONNX Runtime on the same images: milliseconds per image, peak memory, cold start, and "
                + "multiples of what the machine needs at best.")
            {
                model, network, onnx, sizes, images, repeat, half, operators, against, json,
            };
        command.Validators.Add(result => CommonOptions.CheckTogether(result, (network, model)));
        command.SetAction((parsed, cancellationToken) =>
        {
            using var folder = new WorkFolder();
            var torch = parsed.GetValue(network) is { } preset
                ? RandomModel.Write(Preset.Of(preset).Network, folder)
                : parsed.GetRequiredValue(model);
            var other = parsed.GetValue(against) is { } earlier ? OtherCheckout.Build(earlier, cancellationToken) : null;
            var models = parsed.GetValue(onnx) is { } exported
                ? [new("TorchSharp", torch), new("ONNX Runtime", exported)]
                : ScoredModel.OnBoth(torch, folder, other, cancellationToken);
            if (parsed.GetValue(half))
            {
                models = [.. models, ScoredModel.Export("ONNX Runtime, half precision", torch, folder["half.onnx"], half: true,
                    cancellationToken)];
            }

            var bench = new ScoreBench(models, Math.Max(1, parsed.GetValue(images)), parsed.GetValue(operators), folder.Path);
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
        var images = Images();
        var operators = Operators();
        var command = new Command(OneName, "Measures one model in this process.") { model, size, repeat, output, images, operators };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
        {
            var (path, side, repetitions, result) = (
                parsed.GetRequiredValue(model), parsed.GetValue(size), parsed.GetValue(repeat), parsed.GetRequiredValue(output));
            terminal.JsonOf(parsed.GetValue(operators)
                ? ScoreRun.MeasureOperators(path, side, repetitions, result, cancellationToken)
                : ScoreRun.Measure(path, side, parsed.GetValue(images), repetitions, result, cancellationToken));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static Option<int> Images() => new("--images")
    {
        Description = "Images of each call: several go side by side.",
        DefaultValueFactory = _ => 1,
    };

    private static Option<bool> Operators() =>
        new("--operators") { Description = "Tell the operators of ONNX Runtime apart, too: where the time goes." };

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
                Known(row.ColdStartSeconds, "F2"), Known(row.PeakMegabytes, "F0"), Known(row.Difference, "G2"));
        }

        terminal.Write(table);
        terminal.Line("Median after the first image; cold start: from the start of the process to its first restored image.");
        var floors = rows.DistinctBy(row => row.Size).Select(row => $"{row.Size} × {row.Size} {Text(row.FloorMilliseconds, "F0")} ms");
        terminal.Line($"Floor, by the machine's best large matrix product: {string.Join("; ", floors)}.");
    }

    private static string Known(double? value, string format) => value is { } known ? Text(known, format) : "";
}
