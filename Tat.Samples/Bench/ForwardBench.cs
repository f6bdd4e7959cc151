using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Tat.Samples.Bench.Programs;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;

namespace Tat.Samples.Bench;

/// <summary>Measures a network in processes of their own, by turns, so that what else the machine does meets all alike.</summary>
/// <param name="network">The architecture; weights are random, gates are open.</param>
/// <param name="threads">Threads of each process.</param>
/// <param name="operators">Whether to measure each kind of operator by itself, too.</param>
/// <param name="reference">Folder of the published PyTorch program, or none.</param>
/// <param name="python">The Python that runs it.</param>
/// <param name="against">Another checkout, or none.</param>
internal sealed class ForwardBench(
    TatNetworkOptions network, int threads, bool operators, string? reference, string python, OtherCheckout? against) : IDisposable
{
    /// <summary>Title of this program's row.</summary>
    public const string This = "TAT for ML.NET";

    private readonly WorkFolder _folder = new();
    private string? _model;

    private string ModelPath => _model ??= RandomModel.Write(network, _folder);

    public void Dispose() => _folder.Dispose();

    /// <summary>Measures images of one size.</summary>
    /// <param name="size">Their side.</param>
    /// <param name="volume">Whether to restore 20 slices too, directly and through ML.NET.</param>
    /// <param name="rounds">Turns.</param>
    /// <param name="repeat">Repetitions within a turn.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<ForwardRow> Measure(int size, bool volume, int rounds, int repeat, CancellationToken cancellationToken)
    {
        File.WriteAllBytes(ImageOf(size), MemoryMarshal.AsBytes<float>(Image(size)));
        var programs = Programs(volume).ToArray();
        var runs = programs.ToDictionary(program => program.Title, _ => new List<ForwardRun>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var program in programs)
            {
                runs[program.Title].Add(BenchProcess.Run<ForwardRun>(program.Start(size, repeat), cancellationToken));
            }
        }

        var rates = MachineRates.Of(runs[ForwardRun.Products], runs[ForwardRun.Copies]);
        var cost = NetworkCost.Of(network, size, size);
        var floor = rates.Floor(cost);
        yield return new(size, FormattableString.Invariant($"floor: {cost.MultiplyAccumulates / 1e9:F1} GMAC at {rates}"), floor, 0, 1,
            null);
        foreach (var program in programs.Where(program => program.Images > 0))
        {
            var milliseconds = runs[program.Title].SelectMany(run => run.Milliseconds).Order().ToArray();
            var median = milliseconds[milliseconds.Length / 2] / program.Images;
            yield return new(size, program.Title, median, runs[program.Title].Max(run => run.PeakBytes) / 1e6, median / floor,
                Difference(size, program));
        }

        if (operators)
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
        yield return Own(This, ForwardRun.Network, 1);
        if (against is not null)
        {
            yield return new(against.Title, 1, (size, repeat) => against.Start(Arguments(against.Title, ForwardRun.Network, size, repeat)));
        }

        yield return Own("the same, allocator as it comes", ForwardRun.Network, 1, tuned: false);
        if (operators)
        {
            yield return Own(ForwardRun.Operators, ForwardRun.Operators, 0);
        }

        if (volume)
        {
            yield return Own("20 slices by Restorer, each", ForwardRun.Volume, 20);
            yield return Own("20 slices through ML.NET, each", ForwardRun.Pipeline, 20);
        }

        if (reference is not null)
        {
            var program = new ReferenceProgram(reference, python, _folder);
            yield return Reference(program, "PyTorch program", tuned: false);
            yield return Reference(program, "PyTorch program, malloc tuned", tuned: true);
        }
    }

    private Program Own(string title, string what, int images, bool tuned = true) =>
        new(title, images, (size, repeat) => BenchProcess.Own(tuned, Arguments(title, what, size, repeat)));

    private string[] Arguments(string title, string what, int size, int repeat) =>
    [
        BenchForwardCommand.OneName, "--what", what, "--model", ModelPath, "--size", Text(size), "--repeat", Text(repeat),
        "--threads", Text(threads), "--image", ImageOf(size), "--out", ResultOf(size, title),
    ];

    private Program Reference(ReferenceProgram program, string title, bool tuned) => new(title, 1, (size, repeat) =>
        program.Start(tuned, "forward", ModelPath, Text(size), Text(repeat), Text(threads), ImageOf(size), ResultOf(size, title)));

    /// <summary>The largest difference of a program's result to this program's.</summary>
    private double? Difference(int size, Program program)
    {
        var (own, other) = (ResultOf(size, This), ResultOf(size, program.Title));
        return File.Exists(other) && own != other
            ? MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(own)).ToArray()
                .Zip(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(other)).ToArray(), (a, b) => (double)Math.Abs(a - b)).Max()
            : null;
    }

    private string ImageOf(int size) => _folder[$"{size}.image"];

    private string ResultOf(int size, string title) => _folder[$"{size}.{title.Replace(' ', '-')}"];

    /// <summary>Smooth structure with detail, on [0, 1].</summary>
    private static float[] Image(int size) => [.. Enumerable.Range(0, size * size)
        .Select(i => 0.5f + (0.3f * MathF.Sin(i / size * 0.05f) * MathF.Cos(i % size * 0.07f)) + (0.05f * MathF.Sin(i)))];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A program that takes turns; no images for what only measures the machine.</summary>
    private sealed record Program(string Title, int Images, Func<int, int, ProcessStartInfo> Start);
}

/// <summary>A line of the table.</summary>
/// <param name="Size">Side of the image.</param>
/// <param name="Program">What ran.</param>
/// <param name="Milliseconds">Median for an image.</param>
/// <param name="PeakMegabytes">The most memory at a time.</param>
/// <param name="TimesFloor">Milliseconds as a multiple of the floor.</param>
/// <param name="Difference">The largest difference to this program's result.</param>
internal sealed record ForwardRow(
    int Size, string Program, double Milliseconds, double PeakMegabytes, double TimesFloor, double? Difference);
