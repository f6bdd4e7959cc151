using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Tat.Samples.Bench.Programs;
using Tat.Torch.Model;

namespace Tat.Samples.Bench;

/// <summary>Restores the same images with several models, each in processes of its own, by turns.</summary>
/// <param name="models">What they are called, and their files.</param>
/// <param name="folder">Receives results.</param>
internal sealed class ScoreBench((string Name, string Path)[] models, string folder)
{
    private const int Rounds = 2;

    private readonly TatNetworkOptions _network = new MLContext().ImageRestoration.ReadModelInfo(models[0].Path).Network;

    /// <summary>Measures images of one size.</summary>
    /// <param name="size">Their side.</param>
    /// <param name="repeat">Images after the first one, in each of two rounds.</param>
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
                runs[i].Add(BenchProcess.Run<ScoreRun>(
                    BenchProcess.Own(tuned: true, BenchScoreCommand.OneName, "--model", models[i].Path, "--size", Text(size), "--repeat",
                        Text(repeat), "--out", ResultOf(size, i)),
                    cancellationToken));
            }

            rates = rates.Best(MachineRates.Measure(folder, Environment.ProcessorCount, cancellationToken));
        }

        var floor = rates.Floor(NetworkCost.Of(_network, size, size));
        var reference = ReadResult(size, 0);
        for (var i = 0; i < models.Length; i++)
        {
            var milliseconds = runs[i].SelectMany(run => run.Milliseconds).Order().ToArray();
            var median = (milliseconds[(milliseconds.Length - 1) / 2] + milliseconds[milliseconds.Length / 2]) / 2;
            yield return new(
                models[i].Name,
                size,
                median,
                floor,
                median / floor,
                runs[i].Min(run => run.ColdStartSeconds),
                runs[i].Max(run => run.PeakBytes) / 1e6,
                ReadResult(size, i).Zip(reference, (a, b) => Math.Abs(a - b)).Max());
        }
    }

    private string ResultOf(int size, int model) => Path.Combine(folder, $"{size}.{model}");

    private float[] ReadResult(int size, int model) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(ResultOf(size, model))).ToArray();

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A line of the table.</summary>
/// <param name="BackEnd">What ran the model.</param>
/// <param name="Size">Side of the image.</param>
/// <param name="Milliseconds">Median for an image after the first.</param>
/// <param name="FloorMilliseconds">What the machine needs at best.</param>
/// <param name="TimesFloor">Milliseconds as a multiple of the floor.</param>
/// <param name="ColdStartSeconds">From the start of the process to the first restored image.</param>
/// <param name="PeakMegabytes">The most memory at a time.</param>
/// <param name="Difference">The largest difference to the first model's result, on [0, 1].</param>
internal sealed record ScoreRow(
    string BackEnd, int Size, double Milliseconds, double FloorMilliseconds, double TimesFloor, double ColdStartSeconds,
    double PeakMegabytes, double Difference);
