using System.CommandLine;
using Spectre.Console;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files.Writing;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary><c>bench serve</c>: how long callers of one restorer wait for small images, alone and beside a large one.</summary>
internal static class BenchServeCommand
{
    public static Command Create(Terminal terminal)
    {
        var network = BenchForwardCommand.Network();
        var size = new Option<int>("--size") { Description = "Side of the small images.", DefaultValueFactory = _ => 128 };
        var large = new Option<int>("--large") { Description = "Side of the large image.", DefaultValueFactory = _ => 4096 };
        var callers = new Option<int[]>("--callers")
        {
            Description = "Callers that restore small images, one after the other.",
            DefaultValueFactory = _ => [1, 32],
            AllowMultipleArgumentsPerToken = true,
        };
        var images = new Option<int>("--images") { Description = "Small images of each caller.", DefaultValueFactory = _ => 10 };
        var json = CommonOptions.Json();
        var command = new Command(
            "serve", "Measures how long small images take for several callers at once, alone and beside a large image.")
            {
                network, size, large, callers, images, json,
            };
        command.SetAction((parsed, cancellationToken) =>
        {
            using var folder = new WorkFolder();
            using var restorer = ModelFiles.Open(RandomModel.Write(Preset.Of(parsed.GetRequiredValue(network)!).Network, folder), "cpu");
            var bench = new ServeBench(restorer, parsed.GetValue(size), parsed.GetValue(large));
            var rows = new List<ServeRow>();
            foreach (var count in parsed.GetRequiredValue(callers))
            {
                rows.Add(bench.Measure(count, parsed.GetValue(images), besideLarge: false, cancellationToken));
                rows.Add(bench.Measure(count, parsed.GetValue(images), besideLarge: true, cancellationToken));
            }

            Show(terminal, rows, parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Show(Terminal terminal, List<ServeRow> rows, bool json)
    {
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        var table = new Table().AddColumns(
            "Callers", "Image", "Beside", "Median ms", "p95 ms", "Longest ms", "Per second", "Large one ended after cancelling, ms");
        foreach (var row in rows)
        {
            table.AddRow(
                Text(row.Callers, "D"), $"{row.Size} × {row.Size}", row.Large is { } large ? $"{large} × {large}" : "–",
                Text(row.Median, "F0"), Text(row.P95, "F0"), Text(row.Longest, "F0"), Text(row.PerSecond, "F1"),
                row.CancelledAfter is { } after ? Text(after, "F0") : "–");
        }

        terminal.Write(table);
    }
}
