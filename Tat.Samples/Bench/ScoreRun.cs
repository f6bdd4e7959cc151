using System.Diagnostics;
using System.Runtime.InteropServices;
using Tat.Samples.Shared;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Samples.Bench;

/// <summary>What restoring in a process of its own took.</summary>
/// <param name="ColdStartSeconds">From the start of the process to the first restored image.</param>
/// <param name="Milliseconds">For each call after the first.</param>
/// <param name="PeakBytes">The most memory that the process had at a time.</param>
/// <param name="Operators">Mean milliseconds of each operator of ONNX Runtime in an image, where they were asked for.</param>
internal sealed record ScoreRun(
    double ColdStartSeconds, double[] Milliseconds, long PeakBytes, Dictionary<string, double>? Operators = null)
{
    /// <summary>Restores images several times.</summary>
    /// <param name="model">Any model that can restore.</param>
    /// <param name="size">Side of the images.</param>
    /// <param name="images">Images of a call.</param>
    /// <param name="repeat">Calls after the first one.</param>
    /// <param name="output">Receives a result on [0, 1], as bare 32-bit floats.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public static ScoreRun Measure(string model, int size, int images, int repeat, string output, CancellationToken cancellationToken)
    {
        using var restorer = ModelFiles.Open(model);
        return Measure(restorer, size, images, repeat, output, cancellationToken);
    }

    /// <summary>Restores an image several times with ONNX Runtime, and tells its operators apart.</summary>
    public static ScoreRun MeasureOperators(string model, int size, int repeat, string output, CancellationToken cancellationToken)
    {
        using var folder = new WorkFolder();
        string path;
        ScoreRun run;
        using (var restorer = new OnnxRestorer(model, new() { ProfilePrefix = folder["profile"] }))
        {
            run = Measure(restorer, size, 1, repeat, output, cancellationToken);
            path = restorer.EndProfiling();
        }

        return run with { Operators = OnnxProfile.Read(path, run.Milliseconds.Length + 1) };
    }

    private static ScoreRun Measure(
        IImageRestorer restorer, int size, int images, int repeat, string output, CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        var task = restorer.Tasks[0];
        var image = CreateImage(size);
        task.NormalizationRange.Denormalize(image.Pixels, image.Pixels);
        ImageSlice[] all = [.. Enumerable.Repeat(image, images)];
        RestorationTask[] tasks = [.. Enumerable.Repeat(task, images)];

        var restored = restorer.Restore(all, tasks, cancellationToken: cancellationToken)[0];
        var coldStart = (DateTimeOffset.UtcNow - process.StartTime.ToUniversalTime()).TotalSeconds;
        var milliseconds = new double[Math.Max(1, repeat)];
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            restorer.Restore(all, tasks, cancellationToken: cancellationToken);
            milliseconds[i] = clock.Elapsed.TotalMilliseconds;
        }

        task.NormalizationRange.Normalize(restored.Pixels, restored.Pixels);
        File.WriteAllBytes(output, MemoryMarshal.AsBytes<float>(restored.Pixels));
        process.Refresh();
        return new(coldStart, milliseconds, process.PeakWorkingSet64);
    }

    /// <summary>Smooth structure with detail, on [0, 1].</summary>
    private static ImageSlice CreateImage(int size)
    {
        var pixels = new float[size * size];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = (i / size, i % size);
            pixels[i] = 0.5f + (0.3f * MathF.Sin(y * 0.05f) * MathF.Cos(x * 0.07f)) + (0.05f * MathF.Sin(i));
        }

        return new(pixels, size, size);
    }
}
