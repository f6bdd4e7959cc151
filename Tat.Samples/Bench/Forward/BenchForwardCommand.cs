using System.CommandLine;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Model;

namespace Tat.Samples.Bench.Forward;

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
            Description = "Side of the slices of a volume; 0 for none.",
            DefaultValueFactory = _ => 128,
        };
        var slices = ForwardWork.SlicesOption();
        var scaling = new Option<bool>("--scaling") { Description = "Measure one thread, too: what further cores give." };
        var processes = new Option<int>("--processes")
        {
            Description = "Measure as many processes at once, too: what sharing the machine costs.",
            DefaultValueFactory = _ => 1,
        };
        var instructions = InstructionSet.Option();
        var device = ForwardWork.DeviceOption();
        var batch = ForwardWork.BatchOption();
        var precision = ForwardWork.PrecisionOption();
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
                network, sizes, volume, slices, scaling, processes, operators, instructions, device, batch, precision, reference, python,
                against, rounds, repeat, threads, json,
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
                new(options, parsed.GetValue(threads), parsed.GetValue(rounds), parsed.GetValue(repeat))
                {
                    Instructions = InstructionSet.Of(parsed.GetRequiredValue(instructions)),
                    Volume = parsed.GetValue(volume),
                    Slices = Math.Max(1, parsed.GetValue(slices)),
                    Batch = Math.Max(1, parsed.GetValue(batch)),
                    Device = parsed.GetRequiredValue(device),
                    Precision = parsed.GetRequiredValue(precision),
                    Scaling = parsed.GetValue(scaling),
                    Processes = parsed.GetValue(processes),
                    Operators = parsed.GetValue(operators),
                    Reference = parsed.GetValue(reference),
                    Python = parsed.GetRequiredValue(python),
                    Against = other,
                });
            var rows = new List<ForwardRow>();
            var all = parsed.GetRequiredValue(sizes);
            foreach (var size in all)
            {
                rows.AddRange(terminal.Track(
                    $"{size} × {size}",
                    _ => bench.Measure(size, cancellationToken).ToArray(),
                    quiet: parsed.GetValue(json)));
            }

            if (parsed.GetValue(json))
            {
                terminal.Json(rows);
            }
            else
            {
                ForwardTable.Show(terminal, rows, other, parsed.GetValue(threads));
            }

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
        var slices = ForwardWork.SlicesOption();
        var batch = ForwardWork.BatchOption();
        var device = ForwardWork.DeviceOption();
        var precision = ForwardWork.PrecisionOption();
        var command = new Command(OneName, "Measures in this process.")
        {
            what, model, size, repeat, threads, image, output, slices, batch, device, precision,
        };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            terminal.JsonOf(ForwardRun.Measure(
                new(parsed.GetRequiredValue(what), parsed.GetRequiredValue(model), parsed.GetValue(size), parsed.GetValue(repeat),
                    parsed.GetValue(threads), parsed.GetRequiredValue(image), parsed.GetRequiredValue(output))
                {
                    Slices = parsed.GetValue(slices),
                    Batch = parsed.GetValue(batch),
                    Device = parsed.GetRequiredValue(device),
                    Precision = parsed.GetRequiredValue(precision),
                }));
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
}
