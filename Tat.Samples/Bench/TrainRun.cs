using System.Diagnostics;
using System.Runtime.InteropServices;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;
using static TorchSharp.torch;

namespace Tat.Samples.Bench;

/// <summary>What training in a process of its own took, after a first step.</summary>
/// <param name="Milliseconds">For each step.</param>
/// <param name="Parts">Mean milliseconds of each part of a step, and of processor time, which other programs on the machine change
/// less.</param>
/// <param name="Losses">For each step, the first one included.</param>
/// <param name="PeakBytes">The most memory that the process had at a time.</param>
/// <param name="StartBytes">Resident memory after a tenth of the steps.</param>
/// <param name="EndBytes">Resident memory after the last step.</param>
/// <param name="StartTensors">Live tensors after a tenth of the steps.</param>
/// <param name="EndTensors">Live tensors after the last step.</param>
internal sealed record TrainRun(double[] Milliseconds, Dictionary<string, double> Parts, double[] Losses, long PeakBytes, long StartBytes,
    long EndBytes, long? StartTensors, long? EndTensors)
{
    /// <summary>Trains in this process, with the trainer that every program uses.</summary>
    /// <param name="network">The architecture.</param>
    /// <param name="options">How to train, from which weights; with a step more than is measured.</param>
    /// <param name="threads">Threads of LibTorch.</param>
    /// <param name="pairs">A file of all degraded patches, then all references: bare 32-bit floats on [0, 1].</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static TrainRun Measure(
        TatNetworkOptions network, TatTrainerOptions options, int threads, string pairs, CancellationToken cancellationToken)
    {
        set_num_threads(threads);
        using var process = Process.GetCurrentProcess();
        var (milliseconds, losses, times) = (new List<double>(), new List<double>(), new List<TrainingTimes>());
        var (startBytes, endBytes, startTensors, endTensors) = (0L, 0L, 0L, 0L);
        var (begin, end) = (TimeSpan.Zero, TimeSpan.Zero);
        var since = Stopwatch.GetTimestamp();
        var progress = new DirectProgress<TrainingProgress>(report =>
        {
            if (report.Tasks.Count == 0)
            {
                return; // it tells something else than an iteration
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            losses.Add(report.Loss);
            process.Refresh();
            end = process.TotalProcessorTime;
            begin = milliseconds.Count == 1 ? end : begin;
            times.Add(report.Times);
            (endBytes, endTensors) = (Environment.WorkingSet, Tensor.TotalCount);
            if (report.Iteration == Math.Max(1, options.Iterations / 10))
            {
                (startBytes, startTensors) = (endBytes, endTensors);
            }

            since = Stopwatch.GetTimestamp();
        });
        using var model = new TatTrainer(network, new(RestorationTask.Mri), options).Train(
            [new PairsInFile(pairs, options.PatchSize)], [], progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        process.Refresh();
        var parts = Means([.. times.Skip(1)]);
        parts["processor"] = (end - begin).TotalMilliseconds / (milliseconds.Count - 1);
        return new([.. milliseconds.Skip(1)], parts, [.. losses], process.PeakWorkingSet64, startBytes, endBytes, startTensors, endTensors);
    }

    private static Dictionary<string, double> Means(TrainingTimes[] times) => new()
    {
        ["data"] = times.Average(time => time.Data.TotalMilliseconds),
        ["forward"] = times.Average(time => time.Forward.TotalMilliseconds),
        ["loss"] = times.Average(time => time.Loss.TotalMilliseconds),
        ["backward"] = times.Average(time => time.Backward.TotalMilliseconds),
        ["optimizer"] = times.Average(time => time.Optimizer.TotalMilliseconds),
    };

    /// <summary>Pairs as large as a patch.</summary>
    private sealed class PairsInFile(string path, int side) : IPairSource
    {
        private readonly float[] _pixels = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

        public RestorationTask Task => RestorationTask.Mri;

        public int Count => _pixels.Length / (2 * side * side);

        public ImagePair Read(int index) => new(Image(index), Image(Count + index), $"{index}");

        private ImageSlice Image(int index)
        {
            var image = _pixels.AsSpan(index * side * side, side * side).ToArray();
            Task.NormalizationRange.Denormalize(image, image);
            return new(image, side, side);
        }
    }
}
