using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using static TorchSharp.torch;

namespace Tat.Samples.Bench;

/// <summary>What a process measured.</summary>
/// <param name="Milliseconds">For each repetition after a first one.</param>
/// <param name="PeakBytes">The most memory that the process had at a time.</param>
/// <param name="Parts">For <see cref="Operators"/>, milliseconds of each kind.</param>
internal sealed record ForwardRun(double[] Milliseconds, long PeakBytes, Dictionary<string, double>? Parts = null)
{
    /// <summary>Names of what can be measured.</summary>
    public const string Network = "network", Volume = "volume", Pipeline = "pipeline", Products = "products", Copies = "copies",
        Operators = "operators";

    private const int Slices = 20;
    private const int ProductSide = 2048;
    private const long CopiedBytes = 256L << 20;

    /// <summary>Multiply-accumulates of one product of <see cref="Products"/>.</summary>
    public const double ProductMultiplyAccumulates = (double)ProductSide * ProductSide * ProductSide;

    /// <summary>Bytes that one copy of <see cref="Copies"/> reads and writes.</summary>
    public const double CopyTraffic = 2.0 * CopiedBytes;

    /// <summary>Measures in this process.</summary>
    /// <param name="what">One of the names.</param>
    /// <param name="model">A model file.</param>
    /// <param name="size">Side of the images.</param>
    /// <param name="repeat">Repetitions after the first one.</param>
    /// <param name="threads">Threads of LibTorch.</param>
    /// <param name="image">Bare 32-bit floats on [0, 1].</param>
    /// <param name="output">Receives the result of <see cref="Network"/>.</param>
    public static ForwardRun Measure(string what, string model, int size, int repeat, int threads, string image, string output)
    {
        set_num_threads(threads);
        var pixels = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(image)).ToArray();
        using var all = NewDisposeScope();
        using var process = Process.GetCurrentProcess();
        if (what == Operators)
        {
            using var network = TatModel.Load(model);
            return new([], 0, OperatorBench.Measure(network.Network.Options, size, repeat));
        }

        var milliseconds = what switch
        {
            Products =>
                Time(repeat, Multiply(ones(ProductSide, ProductSide), ones(ProductSide, ProductSide), empty(ProductSide, ProductSide))),
            Copies => Time(repeat, Copy(zeros(CopiedBytes / 4), zeros(CopiedBytes / 4))),
            Volume => TimeVolume(model, pixels, size, repeat),
            Pipeline => TimePipeline(model, pixels, size, repeat),
            _ => TimeNetwork(model, pixels, size, repeat, output),
        };
        process.Refresh();
        return new(milliseconds, process.PeakWorkingSet64);
    }

    private static Action Multiply(Tensor a, Tensor b, Tensor c) => () => c.addmm_(a, b, 0, 1);

    private static Action Copy(Tensor from, Tensor to) => () => to.copy_(from);

    private static double[] TimeNetwork(string path, float[] pixels, int size, int repeat, string output)
    {
        using var model = TatModel.Load(path);
        using var inference = inference_mode();
        var image = tensor(pixels, [1, 1, size, size]);
        var times = Time(repeat, () =>
        {
            using var scope = NewDisposeScope();
            model.Network.forward(image);
        });
        File.WriteAllBytes(output, MemoryMarshal.AsBytes<float>(model.Network.forward(image).data<float>().ToArray()));
        return times;
    }

    private static double[] TimeVolume(string path, float[] pixels, int size, int repeat)
    {
        using var model = TatModel.Load(path);
        using var restorer = new Restorer(model);
        var task = model.Tasks[0];
        task.NormalizationRange.Denormalize(pixels, pixels);
        var slices = Enumerable.Repeat(new ImageSlice(pixels, size, size), Slices).ToArray();
        return Time(repeat, () => _ = restorer.RestoreVolume(slices, task).Count());
    }

    private static double[] TimePipeline(string path, float[] pixels, int size, int repeat)
    {
        var ml = new MLContext();
        using var model = ml.ImageRestoration.LoadPretrained(path);
        var task = model.Tasks[0];
        task.NormalizationRange.Denormalize(pixels, pixels);
        var slices = ml.Data.LoadFromEnumerable(Enumerable.Repeat(new ImageInput(new ImageSlice(pixels, size, size), task.Name), Slices));
        return Time(repeat, () => _ = model.Transform(slices).GetColumn<float[]>("Restored").Count());
    }

    /// <summary>Runs once for warmth, then as often as asked.</summary>
    private static double[] Time(int repeat, Action action)
    {
        action();
        var milliseconds = new double[Math.Max(1, repeat)];
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            action();
            milliseconds[i] = clock.Elapsed.TotalMilliseconds;
        }

        return milliseconds;
    }
}
