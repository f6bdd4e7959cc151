using System.CommandLine;
using Spectre.Console;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files.Writing;
using Tat.Torch.Tasks;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary>
/// <c>bench restore</c>: the whole way of a scan, from the start of the program to the written file, on TorchSharp and ONNX Runtime.
/// </summary>
internal static class BenchRestoreCommand
{
    public static Command Create(Terminal terminal)
    {
        var network = BenchForwardCommand.Network(Preset.Small);
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Rows and columns of the scans.",
            DefaultValueFactory = _ => [256],
            AllowMultipleArgumentsPerToken = true,
        };
        var slices = new Option<int[]>("--slices")
        {
            Description = "Slices of the scans: 1 tells how long the program takes to start, different numbers whether memory grows.",
            DefaultValueFactory = _ => [1, 50],
            AllowMultipleArgumentsPerToken = true,
        };
        var rounds = new Option<int>("--rounds") { Description = "Turns that the programs take.", DefaultValueFactory = _ => 3 };
        var instructions = InstructionSet.Option();
        var against = BenchForwardCommand.Against();
        var json = CommonOptions.Json();
        var command = new Command(
            "restore", "Measures the command restore on whole scans, from the start of its process to its end: time beside that of the "
                + "network alone, and memory.") { network, sizes, slices, rounds, instructions, against, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            using var folder = new WorkFolder();
            var options = Preset.Of(parsed.GetRequiredValue(network)!).Network;
            var other = parsed.GetValue(against) is { } earlier ? OtherCheckout.Build(earlier, cancellationToken) : null;
            using var bench = new RestoreBench(
                ScoredModel.OnBoth(RandomModel.Write(options, folder), folder, other, cancellationToken), options,
                RestorationTask.Ct.Name, InstructionSet.Of(parsed.GetRequiredValue(instructions)));
            var rows = new List<RestoreRow>();
            foreach (var size in parsed.GetRequiredValue(sizes))
            {
                foreach (var count in parsed.GetRequiredValue(slices))
                {
                    rows.AddRange(terminal.Track(
                        $"{count} × {size} × {size}",
                        _ => bench.Measure(size, count, Math.Max(1, parsed.GetValue(rounds)), cancellationToken).ToArray(),
                        quiet: parsed.GetValue(json)));
                }
            }

            Show(terminal, rows, parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Show(Terminal terminal, List<RestoreRow> rows, bool json)
    {
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        var table = new Table().AddColumns(
            "Scan", "Program", "s", "Times network", "Times floor", "Processor s", "Peak memory MB");
        foreach (var row in rows)
        {
            table.AddRow($"{row.Slices} × {row.Size} × {row.Size}", row.Program, Text(row.Seconds, "F2"),
                Text(row.Seconds / row.NetworkSeconds, "F2"), Text(row.Seconds / row.FloorSeconds, "F2"), Text(row.ProcessorSeconds, "F2"),
                Text(row.PeakMegabytes, "F0"));
        }

        terminal.Write(table);
        terminal.Line("Medians, from the start of the process to its end, with all reading and writing (.nii.gz). The network: as many "
            + "slices in a process that is warm. The floor: their multiply-accumulates at the rate of the machine's best matrix product.");
    }
}
