using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Model;

namespace Tat.Samples.Bench;

/// <summary>
/// <c>bench forward</c>: how fast the network runs, against what the machine could do at best and against the published PyTorch program.
/// </summary>
internal static class BenchForwardCommand
{
    public const string OneName = "forward-one";

    public static Command Create(Terminal terminal)
    {
        var network = Network(Preset.Paper);
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Sides of the square images, multiples of 8.",
            DefaultValueFactory = _ =>
            [128, 256, 512],
            AllowMultipleArgumentsPerToken = true
        };
        var volume = new Option<int>("--volume")
        {
            Description = "Side of the slices of a volume of 20; 0 for none.",
            DefaultValueFactory = _ => 128,
        };
        var operators = new Option<bool>("--operators")
        {
            Description = "Measure each kind of operator by itself, too: where the time goes.",
        };
        var reference = new Option<string>("--reference")
        {
            Description = "Folder of the published PyTorch program (github.com/Yaziwel/TAT), to run beside on the same weights.",
        };
        var python = new Option<string>("--python")
        {
            Description = "The Python that runs it, with torch.",
            DefaultValueFactory = _ => "python3",
        };
        var against = Against();
        var rounds = new Option<int>("--rounds") { Description = "Turns that the programs take.", DefaultValueFactory = _ => 2 };
        var repeat = new Option<int>("--repeat")
        {
            Description = "Measured repetitions in each turn, after one for warmth.",
            DefaultValueFactory = _ => 2,
        };
        var threads = Threads();
        var json = CommonOptions.Json();
        var command = new Command(
            "forward", "Measures the forward pass: milliseconds, peak memory, and multiples of what the machine needs at best.")
            {
                network, sizes, volume, operators, reference, python, against, rounds, repeat, threads, json,
            };
        command.Validators.Add(result => CommonOptions.CheckNeeded(result, (python, reference)));
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = Preset.Of(parsed.GetRequiredValue(network)!).Network;
            if (parsed.GetValue(reference) is not null && options != TatNetworkOptions.Paper)
            {
                throw new InvalidDataException(
                    "The published program has one architecture; leave --reference out, or use --network paper.");
            }

            var other = parsed.GetValue(against) is { } folder ? OtherCheckout.Build(folder, cancellationToken) : null;
            using var bench = new ForwardBench(
                options, parsed.GetValue(threads), parsed.GetValue(operators), parsed.GetValue(reference), parsed.GetRequiredValue(python),
                other);
            var rows = new List<ForwardRow>();
            var all = parsed.GetRequiredValue(sizes);
            foreach (var size in all)
            {
                rows.AddRange(terminal.Track(
                    $"{size} × {size}",
                    _ => bench.Measure(size, size == parsed.GetValue(volume), parsed.GetValue(rounds), parsed.GetValue(repeat),
                        cancellationToken).ToArray(),
                    quiet: parsed.GetValue(json)));
            }

            Show(terminal, rows, other, parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>What a process of the comparison runs.</summary>
    public static Command CreateOne(Terminal terminal)
    {
        var what = new Option<string>("--what");
        var model = CommonOptions.Model();
        var size = new Option<int>("--size");
        var repeat = new Option<int>("--repeat");
        var threads = Threads();
        var image = new Option<string>("--image");
        var output = new Option<string>("--out");
        var command = new Command(OneName, "Measures in this process.") { what, model, size, repeat, threads, image, output };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            terminal.JsonOf(ForwardRun.Measure(
                parsed.GetRequiredValue(what), parsed.GetRequiredValue(model), parsed.GetValue(size), parsed.GetValue(repeat),
                parsed.GetValue(threads),
                parsed.GetRequiredValue(image), parsed.GetRequiredValue(output)));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>Another checkout to compare with.</summary>
    public static Option<string> Against() => new("--against")
    {
        Description = "Folder of another checkout of this repository, such as an earlier version: it is built, and takes turns.",
    };

    /// <summary>Which network is measured.</summary>
    public static Option<string?> Network(Preset? otherwise = null) => Preset.Option("paper, medium or small.", otherwise);

    public static Option<int> Threads() =>
        new("--threads") { Description = "Threads of each program.", DefaultValueFactory = _ => Environment.ProcessorCount };

    private static void Show(Terminal terminal, List<ForwardRow> rows, OtherCheckout? other, bool json)
    {
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        var table = new Table().AddColumns("Image", "Program", "ms", "Times floor", "Peak memory MB", "Difference");
        foreach (var row in rows)
        {
            table.AddRow(
                $"{row.Size} × {row.Size}", row.Program, Text(row.Milliseconds, "F0"), Text(row.TimesFloor, "F2"),
                row.PeakMegabytes > 0 ? Text(row.PeakMegabytes, "F0") : "", row.Difference is { } difference ? Text(difference, "G2") : "");
        }

        terminal.Write(table);
        terminal.Line("Medians over turns; of operators by themselves the best. The floor is the multiply-accumulates at the rate of the "
            + "machine's best large matrix product, measured in the same turns.");
        foreach (var size in rows.GroupBy(row => row.Size).Where(_ => other is not null))
        {
            var (own, old) = (size.Single(row => row.Program == ForwardBench.This), size.Single(row => row.Program == other!.Title));
            terminal.Line(FormattableString.Invariant(
                $"{size.Key} × {size.Key}: {old.Milliseconds / own.Milliseconds:F2} times the speed of {other!.Title}."));
        }
    }

    private static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
