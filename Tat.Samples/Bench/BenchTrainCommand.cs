using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Model;
using Tat.Torch.Training;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary>
/// <c>bench train</c>: how fast a training step is and what memory it needs, against what the machine could do at best and against the
/// published PyTorch program.
/// </summary>
internal static class BenchTrainCommand
{
    public const string OneName = "train-one";

    public static Command Create(Terminal terminal)
    {
        var network = BenchForwardCommand.Network(Preset.Paper);
        var size = new Option<int>("--size") { Description = "Side of the patches, a multiple of 8.", DefaultValueFactory = _ => 128 };
        var batches = new Option<int[]>("--batch")
        {
            Description = "Patches of a step.",
            DefaultValueFactory = _ => [1, 2],
            AllowMultipleArgumentsPerToken = true,
        };
        var microBatch = new Option<int>("--micro-batch") { Description = "Patches that go through the network at a time, 0 for all." };
        var recompute = new Option<bool>("--recompute") { Description = "Measure with recomputed activations, too." };
        var steps = new Option<int>("--steps")
        {
            Description = "Measured steps of each process, after one for warmth; with many, memory at their start and end tells whether "
                + "it grows.",
            DefaultValueFactory = _ => 2,
        };
        var rounds = new Option<int>("--rounds") { Description = "Turns that the programs take.", DefaultValueFactory = _ => 3 };
        var reference = new Option<string>("--reference")
        {
            Description =
            "Folder of the published PyTorch program (github.com/Yaziwel/TAT), to run beside on the same weights and patches."
        };
        var python = new Option<string>("--python")
        {
            Description = "The Python that runs it, with torch.",
            DefaultValueFactory = _ => "python3",
        };
        var against = BenchForwardCommand.Against();
        var instructions = InstructionSet.Option();
        var threads = BenchForwardCommand.Threads();
        var json = CommonOptions.Json();
        var command = new Command(
            "train", "Measures a training step: milliseconds by part, memory, and multiples of what the machine needs at best.")
            {
                network, size, batches, microBatch, recompute, steps, rounds, reference, python, against, instructions,
                threads, json,
            };
        command.Validators.Add(result => CommonOptions.CheckNeeded(result, (python, reference)));
        command.SetAction((parsed, cancellationToken) =>
        {
            var preset = Preset.Of(parsed.GetRequiredValue(network)!);
            var options = preset.Network with { TrainSize = parsed.GetValue(size) };
            if (parsed.GetValue(reference) is not null && options != TatNetworkOptions.Paper)
            {
                throw new InvalidDataException("The published program has one architecture, for patches of 128 × 128; leave --reference "
                    + "out, or use --network paper --size 128.");
            }

            var other = parsed.GetValue(against) is { } folder ? OtherCheckout.Build(folder, cancellationToken) : null;
            using var bench = new TrainBench(new(
                preset.Name, options, parsed.GetValue(size), parsed.GetValue(microBatch), parsed.GetValue(recompute),
                Math.Max(1, parsed.GetValue(steps)), Math.Max(1, parsed.GetValue(rounds)),
                parsed.GetValue(threads), parsed.GetValue(reference), parsed.GetRequiredValue(python), other,
                InstructionSet.Of(parsed.GetRequiredValue(instructions))));
            var rows = parsed.GetRequiredValue(batches)
                .SelectMany(batch => terminal.Track($"{batch} × {parsed.GetValue(size)} × {parsed.GetValue(size)}",
                    _ => bench.Measure(batch, cancellationToken), quiet: parsed.GetValue(json)))
                .ToList();
            if (parsed.GetValue(json))
            {
                terminal.Json(rows);
            }
            else
            {
                Show(terminal, rows, other);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>What a process of the comparison runs.</summary>
    public static Command CreateOne(Terminal terminal)
    {
        var network = BenchForwardCommand.Network(Preset.Paper);
        var model = CommonOptions.Model();
        var size = new Option<int>("--size");
        var batch = new Option<int>("--batch");
        var microBatch = new Option<int>("--micro-batch");
        var recompute = new Option<bool>("--recompute");
        var steps = new Option<int>("--steps");
        var threads = BenchForwardCommand.Threads();
        var pairs = new Option<string>("--pairs");
        var command = new Command(OneName, "Measures in this process.")
        {
            network, model, size, batch, microBatch, recompute, steps, threads, pairs,
        };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
        {
            var training = TatTrainerOptions.Paper with
            {
                InitialWeights = parsed.GetRequiredValue(model),
                Iterations = parsed.GetValue(steps) + 1,
                BatchSizePerTask = parsed.GetValue(batch),
                PatchSize = parsed.GetValue(size),
                MicroBatchSize = parsed.GetValue(microBatch),
                ActivationCheckpointing = parsed.GetValue(recompute),
                MinimumLearningRate = TatTrainerOptions.Paper.LearningRate,
                ProgressInterval = 1,
            };
            var options = Preset.Of(parsed.GetRequiredValue(network)!).Network with { TrainSize = training.PatchSize };
            terminal.JsonOf(
                TrainRun.Measure(options, training, parsed.GetValue(threads), parsed.GetRequiredValue(pairs), cancellationToken));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Show(Terminal terminal, List<TrainRow> rows, OtherCheckout? other)
    {
        string[] parts = [.. rows.SelectMany(row => row.Parts.Keys).Distinct()];
        var table = new Table().AddColumns(
            ["Patches", "Program", "Steps/s", "ms", "Times floor", .. parts.Select(part => $"{part} ms"), "Peak GB", "First loss"]);
        foreach (var row in rows)
        {
            table.AddRow(
            [
                Text(row.Batch, "D"), row.Program, Text(1000 / row.Milliseconds, "F3"), Text(row.Milliseconds, "F0"),
                Text(row.TimesFloor, "F2"),
                .. parts.Select(part => row.Parts.TryGetValue(part, out var value) ? Text(value, "F0") : ""),
                row.Memory is { } memory ? Text(memory.PeakMegabytes / 1000, "F2") : "", row.FirstLoss is { } loss ? Text(loss, "F5") : "",
            ]);
        }

        terminal.Write(table);
        terminal.Line("Medians over turns. The floor is three forward passes' multiply-accumulates at the rate of the machine's best large "
            + "matrix product, measured in the same turns.");
        foreach (var batch in rows.GroupBy(row => row.Batch))
        {
            var own = batch.Single(row => row.Program == TrainBench.Own);
            var compared = batch.SingleOrDefault(row => row.Program == TrainBench.TunedReference) is { } tuned
                ? FormattableString.Invariant(
                    $"{tuned.Milliseconds / own.Milliseconds:F2} times the speed of the malloc-tuned PyTorch program, ")
                : "";
            var before = batch.SingleOrDefault(row => row.Program == other?.Title) is { } earlier
                ? FormattableString.Invariant($"{earlier.Milliseconds / own.Milliseconds:F2} times the speed of {earlier.Program}, ")
                : "";
            terminal.Line(FormattableString.Invariant($"{batch.Key} patches: {compared}{before}{own.TimesFloor:F2} times the floor."));
        }

        foreach (var row in rows.Where(row => row.Memory?.StartTensors is not null))
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture,
                $"{row.Batch} patches, {row.Program}: {row.Memory!.StartMegabytes:F0} MB and {row.Memory.StartTensors} live tensors after "
                + $"a tenth of the steps, {row.Memory.EndMegabytes:F0} MB and {row.Memory.EndTensors} after the last."));
        }
    }
}
