using Tat.MLNet.Formats.Nifti;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Bench.Programs;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary>
/// Measures the command <c>restore</c> from the start of its process to its end, beside what the network alone takes for as many slices.
/// </summary>
/// <param name="models">The models; all of one architecture.</param>
/// <param name="network">The architecture.</param>
/// <param name="task">The task of the scans.</param>
/// <param name="instructions">The instructions that all may use.</param>
internal sealed class RestoreBench(ScoredModel[] models, TatNetworkOptions network, string task, InstructionSet instructions) : IDisposable
{
    // Enough slices for the network alone that all cores have several.
    private const int NetworkSlices = 16;

    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Measures a volume that is made for it.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="slices">Slices.</param>
    /// <param name="rounds">Turns.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<RestoreRow> Measure(int size, int slices, int rounds, CancellationToken cancellationToken)
    {
        var scan = _folder[$"{size}x{slices}.nii.gz"];
        ImageSlice[] volume = [.. Enumerable.Range(0, slices).Select(slice => Slice(size, slice))];
        new NiftiFormat().Write(scan, volume, cancellationToken: cancellationToken);
        var restored = models.Select(_ => new List<ProcessResult>()).ToArray();
        var alone = models.Select(_ => new List<double>()).ToArray();
        MachineRates? rates = null;
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < models.Length; i++)
            {
                restored[i].Add(Restore(models[i], scan, cancellationToken));
                alone[i].AddRange(Alone(models[i], size, slices, cancellationToken));
            }

            var measured = MachineRates.Measure(_folder.Path, Environment.ProcessorCount, cancellationToken, instructions);
            rates = rates?.Best(measured) ?? measured;
        }

        var floor = slices * rates!.Value.Floor(NetworkCost.Of(network, size, size)) / 1000;
        for (var i = 0; i < models.Length; i++)
        {
            var seconds = Median(restored[i].Select(run => run.Seconds));
            yield return new(models[i].Name, size, slices, seconds, Median(restored[i].Select(run => run.ProcessorSeconds)),
                Median(alone[i]) * slices / 1000, floor, restored[i].Max(run => run.PeakBytes) / 1e6);
        }
    }

    private ProcessResult Restore(ScoredModel model, string scan, CancellationToken cancellationToken)
    {
        var output = _folder["restored.nii.gz"];
        File.Delete(output);
        var start = model.Command("restore", scan, "--model", model.Path, "--task", task, "--out", output);
        return BenchProcess.RunAsync(instructions.Limit(start), cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Milliseconds of the network for a slice.</summary>
    private IEnumerable<double> Alone(ScoredModel model, int size, int slices, CancellationToken cancellationToken)
    {
        // A program that knows no --images has images one by one.
        var images = model.Other is null ? Math.Min(slices, NetworkSlices) : 1;
        string[] several = images > 1 ? ["--images", Text(images)] : [];
        var start = model.Start([BenchScoreCommand.OneName, "--model", model.Path, "--size", Text(size), "--repeat", "1", "--out",
            _folder["alone"], .. several]);
        return BenchProcess.Run<ScoreRun>(instructions.Limit(start), cancellationToken).Milliseconds.Select(time => time / images);
    }

    /// <summary>Smooth structure with detail, in HU, which differs from slice to slice.</summary>
    private static ImageSlice Slice(int size, int slice)
    {
        var pixels = new float[size * size];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = (i / size, i % size);
            pixels[i] = (800 * MathF.Sin((y * 0.05f) + slice) * MathF.Cos(x * 0.07f)) + (50 * MathF.Sin((i * 1.7f) + slice));
        }

        return new(pixels, size, size);
    }
}

/// <summary>A line of the table of <c>bench restore</c>; times are medians, in seconds.</summary>
/// <param name="Program">What ran.</param>
/// <param name="Size">Rows and columns of the scan.</param>
/// <param name="Slices">Its slices.</param>
/// <param name="Seconds">From the start of the process to its end.</param>
/// <param name="ProcessorSeconds">Of all cores.</param>
/// <param name="NetworkSeconds">What the network alone takes for as many slices, in a process that is warm.</param>
/// <param name="FloorSeconds">What the machine needs for them at best.</param>
/// <param name="PeakMegabytes">The most memory at a time.</param>
internal sealed record RestoreRow(string Program, int Size, int Slices, double Seconds, double ProcessorSeconds, double NetworkSeconds,
    double FloorSeconds, double PeakMegabytes);
