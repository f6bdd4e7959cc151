using System.Runtime.InteropServices;
using Microsoft.ML;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Bench.Programs;
using Tat.Torch.Model;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary>Restores the same images with several models, each in processes of its own, by turns.</summary>
/// <param name="models">The models; results are compared with those of the first.</param>
/// <param name="images">Images of each call.</param>
/// <param name="operators">Whether operators of ONNX Runtime are told apart.</param>
/// <param name="folder">Receives results.</param>
internal sealed class ScoreBench(ScoredModel[] models, int images, bool operators, string folder)
{
    private const int Rounds = 2;

    // Of the operators' time; shorter ones are told together.
    private const double ShownShare = 0.01;

    private readonly TatNetworkOptions _network = new MLContext().ImageRestoration.ReadModelInfo(models[0].Path).Network;

    /// <summary>Measures images of one size.</summary>
    /// <param name="size">Their side.</param>
    /// <param name="repeat">Calls after the first one, in each of two rounds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<ScoreRow> Measure(int size, int repeat, CancellationToken cancellationToken)
    {
        // By turns, so that what else the machine does meets all alike.
        var runs = models.Select(_ => new List<ScoreRun>()).ToArray();
        var rates = MachineRates.Measure(folder, Environment.ProcessorCount, cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < models.Length; i++)
            {
                runs[i].Add(BenchProcess.Run<ScoreRun>(models[i].Start(
                    [BenchScoreCommand.OneName, "--model", models[i].Path, "--size", Text(size), "--repeat", Text(repeat), "--out",
                    ResultOf(size, i), .. images > 1 ? ["--images", Text(images)] : Array.Empty<string>()]), cancellationToken));
            }

            rates = rates.Best(MachineRates.Measure(folder, Environment.ProcessorCount, cancellationToken));
        }

        var floor = rates.Floor(NetworkCost.Of(_network, size, size));
        var reference = ReadResult(size, 0);
        for (var i = 0; i < models.Length; i++)
        {
            var milliseconds = runs[i].SelectMany(run => run.Milliseconds).Order().ToArray();
            var median = (milliseconds[(milliseconds.Length - 1) / 2] + milliseconds[milliseconds.Length / 2]) / 2 / images;
            yield return new(models[i].Name, size, median, floor, median / floor)
            {
                ColdStartSeconds = runs[i].Min(run => run.ColdStartSeconds),
                PeakMegabytes = runs[i].Max(run => run.PeakBytes) / 1e6,
                Difference = ReadResult(size, i).Zip(reference, (a, b) => Math.Abs(a - b)).Max(),
            };
        }

        if (operators)
        {
            foreach (var (kind, milliseconds) in Operators(models.First(model => model.IsOnnx), size, repeat, cancellationToken))
            {
                yield return new($"ONNX Runtime: {kind}", size, milliseconds, floor, milliseconds / floor);
            }
        }
    }

    /// <summary>Milliseconds of each operator, the longest first; what is short is one.</summary>
    private IEnumerable<(string Kind, double Milliseconds)> Operators(
        ScoredModel model, int size, int repeat, CancellationToken cancellationToken)
    {
        var run = BenchProcess.Run<ScoreRun>(model.Start(
            [BenchScoreCommand.OneName, "--model", model.Path, "--size", Text(size), "--repeat", Text(repeat), "--out",
            Path.Combine(folder, "operators"), "--operators"]), cancellationToken);
        var times = run.Operators!;
        var least = times.Values.Sum() * ShownShare;
        var all = times.Where(part => part.Value >= least).OrderByDescending(part => part.Value).Select(part => (part.Key, part.Value));
        return [.. all, ("the others", times.Values.Where(value => value < least).Sum())];
    }

    private string ResultOf(int size, int model) => Path.Combine(folder, $"{size}.{model}");

    private float[] ReadResult(int size, int model) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(ResultOf(size, model))).ToArray();
}

/// <summary>A line of the table.</summary>
/// <param name="BackEnd">What ran the model, or one of its operators.</param>
/// <param name="Size">Side of the image.</param>
/// <param name="Milliseconds">Median for an image after the first; of operators the mean.</param>
/// <param name="FloorMilliseconds">What the machine needs at best.</param>
/// <param name="TimesFloor">Milliseconds as a multiple of the floor.</param>
internal sealed record ScoreRow(string BackEnd, int Size, double Milliseconds, double FloorMilliseconds, double TimesFloor)
{
    /// <summary>From the start of the process to the first restored image.</summary>
    public double? ColdStartSeconds { get; init; }

    /// <summary>The most memory at a time.</summary>
    public double? PeakMegabytes { get; init; }

    /// <summary>The largest difference to the first model's result, on [0, 1].</summary>
    public double? Difference { get; init; }
}
