using System.Diagnostics;
using System.Runtime.InteropServices;
using Tat.Samples.Shared;
using Tat.Torch.Imaging;

namespace Tat.Samples.Bench;

/// <summary>What restoring in a process of its own took.</summary>
/// <param name="ColdStartSeconds">From the start of the process to the first restored image.</param>
/// <param name="Milliseconds">For each image after the first.</param>
/// <param name="PeakBytes">The most memory that the process had at a time.</param>
internal sealed record ScoreRun(double ColdStartSeconds, double[] Milliseconds, long PeakBytes)
{
    /// <summary>Restores an image several times.</summary>
    /// <param name="model">Any model that can restore.</param>
    /// <param name="size">Side of the image.</param>
    /// <param name="repeat">How often after the first time.</param>
    /// <param name="output">Receives the result on [0, 1], as bare 32-bit floats.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public static ScoreRun Measure(string model, int size, int repeat, string output, CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        using var restorer = ModelFiles.Open(model);
        var task = restorer.Tasks[0];
        var image = CreateImage(size);
        task.NormalizationRange.Denormalize(image.Pixels, image.Pixels);

        var restored = restorer.Restore([image], [task], cancellationToken: cancellationToken)[0];
        var coldStart = (DateTimeOffset.UtcNow - process.StartTime.ToUniversalTime()).TotalSeconds;
        var milliseconds = new double[Math.Max(1, repeat)];
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            restorer.Restore([image], [task], cancellationToken: cancellationToken);
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
