using System.Diagnostics;
using System.Runtime.InteropServices;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Bench.Programs;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary>Measures training steps in processes of their own, by turns, so that what else the machine does meets all alike.</summary>
internal sealed class TrainBench(TrainBench.Settings settings) : IDisposable
{
    /// <summary>Title of this program's row.</summary>
    public const string Own = "TAT for ML.NET";

    /// <summary>Title of the row that <see cref="Own"/> is to be compared with.</summary>
    public const string TunedReference = "PyTorch program, malloc tuned";

    /// <summary>A training step is one forward pass and, for the gradients of inputs and of weights, two more.</summary>
    private const double PassesOfStep = 3;

    private readonly WorkFolder _folder = new();
    private string? _model;

    private string ModelPath => _model ??= RandomModel.Write(settings.Network, _folder);

    public void Dispose() => _folder.Dispose();

    /// <summary>Measures batches of some patches; the first row is the floor.</summary>
    public IReadOnlyList<TrainRow> Measure(int batch, CancellationToken cancellationToken)
    {
        File.WriteAllBytes(PairsOf(batch), MemoryMarshal.AsBytes<float>(Pairs(batch, settings.Size)));
        var programs = Programs(batch).ToArray();
        var runs = programs.ToDictionary(program => program.Title, _ => new List<TrainRun>());
        var products = new List<double>();
        for (var round = 0; round < settings.Rounds; round++)
        {
            products.AddRange(BenchProcess.Run<ForwardRun>(settings.Instructions.Limit(Products(batch)), cancellationToken).Milliseconds);
            foreach (var program in programs)
            {
                runs[program.Title].Add(BenchProcess.Run<TrainRun>(settings.Instructions.Limit(program.Start()), cancellationToken));
            }
        }

        var work = PassesOfStep * batch * NetworkCost.Of(settings.Network, settings.Size, settings.Size).MultiplyAccumulates;
        var floor = work / ForwardRun.ProductMultiplyAccumulates * products.Min();
        var title = FormattableString.Invariant(
            $"floor: {work / 1e9:F0} GMAC at {2 * ForwardRun.ProductMultiplyAccumulates / products.Min() / 1e6:F0} GFLOP/s");
        return [new(batch, title, floor, 1, null,
            new Dictionary<string, double>()), .. programs.Select(program => Row(batch, program.Title, runs[program.Title], floor))];
    }

    private static TrainRow Row(int batch, string title, List<TrainRun> runs, double floor)
    {
        var median = Median(runs.SelectMany(run => run.Milliseconds));
        return new(batch, title, median, median / floor, Memory.Of(runs),
            runs[0].Parts.Keys.ToDictionary(part => part, part => runs.Average(run => run.Parts[part])))
        {
            FirstLoss = runs[0].Losses[0],
            LastLoss = runs[0].Losses[^1],
        };
    }

    private IEnumerable<(string Title, Func<ProcessStartInfo> Start)> Programs(int batch)
    {
        yield return (Own, () => Trainer(batch, tuned: true));
        if (settings.Against is { } other)
        {
            yield return (other.Title, () => other.Start(Arguments(batch)));
        }

        yield return ("the same, allocator as it comes", () => Trainer(batch, tuned: false));
        if (settings.Recompute)
        {
            yield return ("the same, blocks run again for gradients", () => Trainer(batch, tuned: true, "--recompute"));
        }

        if (settings.Reference is { } folder)
        {
            var program = new ReferenceProgram(folder, settings.Python, _folder);
            string[] arguments = [ModelPath, Text(settings.Size), Text(settings.Steps), Text(settings.Threads), PairsOf(batch)];
            yield return ("PyTorch program", () => program.Start(tuned: false, "train", arguments));
            yield return (TunedReference, () => program.Start(tuned: true, "train", arguments));
        }
    }

    private ProcessStartInfo Trainer(int batch, bool tuned, params string[] options) =>
        BenchProcess.Own(tuned, [.. Arguments(batch), .. options]);

    private string[] Arguments(int batch) =>
    [
        BenchTrainCommand.OneName, "--network", settings.NetworkName, "--model", ModelPath, "--size", Text(settings.Size), "--batch",
        Text(batch), "--micro-batch", Text(settings.MicroBatch),
        "--steps", Text(settings.Steps), "--threads", Text(settings.Threads), "--pairs", PairsOf(batch),
    ];

    private ProcessStartInfo Products(int batch) => BenchProcess.Own(tuned: true,
        BenchForwardCommand.OneName, "--what", ForwardRun.Products, "--model", ModelPath, "--size", Text(settings.Size), "--repeat", "10",
        "--threads", Text(settings.Threads), "--image", PairsOf(batch), "--out", "");

    private string PairsOf(int batch) => _folder[$"{batch}.pairs"];

    /// <summary>Smooth images with detail on [0, 1]: all with noise of a pattern, then all without.</summary>
    private static float[] Pairs(int batch, int size)
    {
        var (pixels, half) = (new float[2 * batch * size * size], batch * size * size);
        for (var i = 0; i < half; i++)
        {
            var (image, y, x) = (i / (size * size), i / size % size, i % size);
            pixels[half + i] = 0.5f + (0.3f * MathF.Sin((y * 0.05f) + image) * MathF.Cos(x * 0.07f));
            pixels[i] = pixels[half + i] + (0.05f * MathF.Sin(i * 2.7f));
        }

        return pixels;
    }

    /// <summary>What is measured, and beside what.</summary>
    /// <param name="NetworkName">The name of the architecture.</param>
    /// <param name="Network">The architecture; weights are random, gates are open.</param>
    /// <param name="Size">Side of the patches.</param>
    /// <param name="MicroBatch">Patches that go through the network at a time, 0 for all.</param>
    /// <param name="Recompute">Whether to measure with recomputed activations, too.</param>
    /// <param name="Steps">Measured steps of each process, after one for warmth.</param>
    /// <param name="Rounds">Turns.</param>
    /// <param name="Threads">Threads of each process.</param>
    /// <param name="Reference">Folder of the published PyTorch program, or none.</param>
    /// <param name="Python">The Python that runs it.</param>
    /// <param name="Against">Another checkout, or none.</param>
    /// <param name="Instructions">The instructions that all may use.</param>
    internal sealed record Settings(
        string NetworkName, TatNetworkOptions Network, int Size, int MicroBatch, bool Recompute, int Steps, int Rounds, int Threads,
        string? Reference, string Python, OtherCheckout? Against, InstructionSet Instructions);
}

/// <summary>A line of the table.</summary>
/// <param name="Batch">Patches of a step.</param>
/// <param name="Program">What ran.</param>
/// <param name="Milliseconds">Median for a step.</param>
/// <param name="TimesFloor">Milliseconds as a multiple of the floor.</param>
/// <param name="Memory">Memory and live tensors; none for the floor.</param>
/// <param name="Parts">Mean milliseconds of each part of a step.</param>
internal sealed record TrainRow(
    int Batch, string Program, double Milliseconds, double TimesFloor, Memory? Memory, IReadOnlyDictionary<string, double> Parts)
{
    /// <summary>The loss before the first step: the same for all programs.</summary>
    public double? FirstLoss { get; init; }

    /// <summary>The loss of the last step.</summary>
    public double? LastLoss { get; init; }
}

/// <summary>Memory of the process that needed most, and whether it grew.</summary>
/// <param name="PeakMegabytes">The most at a time.</param>
/// <param name="StartMegabytes">Resident after a tenth of the steps.</param>
/// <param name="EndMegabytes">Resident after the last step.</param>
/// <param name="StartTensors">Live tensors after a tenth of the steps.</param>
/// <param name="EndTensors">Live tensors after the last step.</param>
internal sealed record Memory(double PeakMegabytes, double StartMegabytes, double EndMegabytes, long? StartTensors, long? EndTensors)
{
    public static Memory Of(IEnumerable<TrainRun> runs)
    {
        var run = runs.MaxBy(run => run.PeakBytes)!;
        return new(run.PeakBytes / 1e6, run.StartBytes / 1e6, run.EndBytes / 1e6, run.StartTensors, run.EndTensors);
    }
}
