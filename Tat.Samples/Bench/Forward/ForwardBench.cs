using System.Diagnostics;
using System.Runtime.InteropServices;
using Tat.Samples.Bench.Programs;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench.Forward;

/// <summary>Measures a network in processes of their own, by turns, so that what else the machine does meets all alike.</summary>
internal sealed class ForwardBench(ForwardBench.Settings settings) : IDisposable
{
    /// <summary>Title of this program's row.</summary>
    public const string This = "TAT for ML.NET";

    /// <summary>Title of the row of one thread.</summary>
    public const string OneThread = "the same on one thread";

    /// <summary>Title of the row of the machine's best product on one thread.</summary>
    public const string OneThreadFloor = "floor on one thread";

    private readonly WorkFolder _folder = new();
    private string? _model;

    private string ModelPath => _model ??= RandomModel.Write(settings.Network, _folder);

    public void Dispose() => _folder.Dispose();

    /// <summary>Measures images of one size.</summary>
    /// <param name="size">Their side.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<ForwardRow> Measure(int size, CancellationToken cancellationToken)
    {
        File.WriteAllBytes(ImageOf(size), MemoryMarshal.AsBytes<float>(Image(size)));
        var programs = Programs(size == settings.Volume).ToArray();
        var runs = programs.ToDictionary(program => program.Title, _ => new List<ForwardRun>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var program in programs)
            {
                ProcessStartInfo[] starts =
                    [.. Enumerable.Range(0, program.Processes).Select(number => settings.Instructions.Limit(program.Start(size, number)))];
                runs[program.Title].AddRange(BenchProcess.RunAtOnce<ForwardRun>(starts, cancellationToken));
            }
        }

        var rates = MachineRates.Of(runs[ForwardRun.Products], runs[ForwardRun.Copies]);
        var cost = NetworkCost.Of(settings.Network, size, size);
        var floor = rates.Floor(cost);
        yield return new(size, FormattableString.Invariant($"floor: {cost.MultiplyAccumulates / 1e9:F1} GMAC at {rates}"), floor, 0, 1,
            null);
        if (runs.TryGetValue(OneThreadFloor, out var single))
        {
            var alone = MachineRates.Of(single, runs[ForwardRun.Copies]).Floor(cost);
            yield return new(size, OneThreadFloor, alone, 0, alone / floor, null);
        }

        foreach (var program in programs.Where(program => program.Images > 0))
        {
            var median = Median(runs[program.Title].SelectMany(run => run.Milliseconds)) / program.Images / program.Processes;
            yield return new(size, program.Title, median, runs[program.Title].Max(run => run.PeakBytes) / 1e6, median / floor,
                Difference(size, program));
        }

        if (settings.Operators)
        {
            var parts = runs[ForwardRun.Operators];
            foreach (var kind in parts[0].Parts!.Keys)
            {
                var milliseconds = parts.Min(run => run.Parts![kind]);
                yield return new(size, $"at best: {kind}", milliseconds, 0, milliseconds / floor, null);
            }
        }
    }

    private IEnumerable<Program> Programs(bool volume)
    {
        yield return Own(ForwardRun.Products, ForwardRun.Products, 0);
        yield return Own(ForwardRun.Copies, ForwardRun.Copies, 0);
        yield return Own(This, ForwardRun.Network, settings.Batch);
        if (settings.Against is { } other)
        {
            yield return new(other.Title, 1, (size, _) => other.Start(Arguments(other.Title, ForwardRun.Network, size, settings.Threads)));
        }

        yield return Own("the same, allocator as it comes", ForwardRun.Network, settings.Batch, tuned: false);
        if (settings.Precision != ForwardWork.Single)
        {
            yield return Own($"the same in {settings.Precision}", ForwardRun.Network, settings.Batch, precision: settings.Precision);
        }

        if (settings.Scaling)
        {
            yield return Own(OneThreadFloor, ForwardRun.Products, 0, threads: 1);
            yield return Own(OneThread, ForwardRun.Network, settings.Batch, threads: 1);
        }

        if (settings.Processes > 1)
        {
            yield return Own($"{settings.Processes} processes at once, each image", ForwardRun.Network, settings.Batch) with
            {
                Processes = settings.Processes,
            };
        }

        if (settings.Operators)
        {
            yield return Own(ForwardRun.Operators, ForwardRun.Operators, 0);
        }

        if (volume)
        {
            yield return Own($"{settings.Slices} slices by Restorer, each", ForwardRun.Volume, settings.Slices);
            yield return Own($"{settings.Slices} slices through ML.NET, each", ForwardRun.Pipeline, settings.Slices);
        }

        if (settings.Reference is { } folder)
        {
            var program = new ReferenceProgram(folder, settings.Python, _folder);
            yield return Reference(program, "PyTorch program", tuned: false);
            yield return Reference(program, "PyTorch program, malloc tuned", tuned: true);
        }
    }

    private Program Own(
        string title, string what, int images, bool tuned = true, int? threads = null, string precision = ForwardWork.Single) =>
        new(title, images, (size, number) => BenchProcess.Own(tuned,
        [
            .. Arguments($"{title}{(number > 0 ? number : "")}", what, size, threads ?? settings.Threads),
            "--slices", Text(settings.Slices), "--batch", Text(settings.Batch), "--device", settings.Device, "--precision", precision,
        ]));

    private string[] Arguments(string title, string what, int size, int threads) =>
    [
        BenchForwardCommand.OneName, "--what", what, "--model", ModelPath, "--size", Text(size), "--repeat", Text(settings.Repeat),
        "--threads", Text(threads), "--image", ImageOf(size), "--out", ResultOf(size, title),
    ];

    private Program Reference(ReferenceProgram program, string title, bool tuned) => new(title, 1, (size, _) =>
        program.Start(tuned, "forward", ModelPath, Text(size), Text(settings.Repeat), Text(settings.Threads), ImageOf(size),
            ResultOf(size, title)));

    /// <summary>How far a program's result is from this program's.</summary>
    private Difference? Difference(int size, Program program)
    {
        var (own, other) = (ResultOf(size, This), ResultOf(size, program.Title));
        return File.Exists(other) && own != other ? Forward.Difference.Of(ReadResult(own), ReadResult(other)) : null;
    }

    private static float[] ReadResult(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    private string ImageOf(int size) => _folder[$"{size}.image"];

    private string ResultOf(int size, string title) => _folder[$"{size}.{title.Replace(' ', '-')}"];

    /// <summary>Smooth structure with detail, on [0, 1].</summary>
    private static float[] Image(int size) => [.. Enumerable.Range(0, size * size)
        .Select(i => 0.5f + (0.3f * MathF.Sin(i / size * 0.05f) * MathF.Cos(i % size * 0.07f)) + (0.05f * MathF.Sin(i)))];

    /// <summary>A program that takes turns; no images for what only measures the machine.</summary>
    /// <param name="Title">What it is called.</param>
    /// <param name="Images">Images that a repetition restores.</param>
    /// <param name="Start">How it starts, for a size of images, and a number of several that run at once.</param>
    private sealed record Program(string Title, int Images, Func<int, int, ProcessStartInfo> Start)
    {
        /// <summary>How many of it run at once.</summary>
        public int Processes { get; init; } = 1;
    }

    /// <summary>What is measured, and beside what.</summary>
    /// <param name="Network">The architecture; weights are random, gates are open.</param>
    /// <param name="Threads">Threads of each process.</param>
    /// <param name="Rounds">Turns.</param>
    /// <param name="Repeat">Repetitions within a turn.</param>
    internal sealed record Settings(TatNetworkOptions Network, int Threads, int Rounds, int Repeat)
    {
        /// <summary>The instructions that all may use.</summary>
        public InstructionSet Instructions { get; init; } = InstructionSet.All;

        /// <summary>The size of images of which a volume is restored too, directly and through ML.NET.</summary>
        public int Volume { get; init; }

        /// <summary>Slices of the volume.</summary>
        public int Slices { get; init; }

        /// <summary>Images that go through the network together.</summary>
        public int Batch { get; init; } = 1;

        /// <summary>Where the network runs.</summary>
        public string Device { get; init; } = "cpu";

        /// <summary>In what the network is measured too.</summary>
        public string Precision { get; init; } = ForwardWork.Single;

        /// <summary>Whether to measure one thread, too.</summary>
        public bool Scaling { get; init; }

        /// <summary>Whether, and how many, processes are measured at once, too.</summary>
        public int Processes { get; init; } = 1;

        /// <summary>Whether to measure each kind of operator by itself, too.</summary>
        public bool Operators { get; init; }

        /// <summary>Folder of the published PyTorch program, or none.</summary>
        public string? Reference { get; init; }

        /// <summary>The Python that runs it.</summary>
        public string Python { get; init; } = "python3";

        /// <summary>Another checkout, or none.</summary>
        public OtherCheckout? Against { get; init; }
    }
}
