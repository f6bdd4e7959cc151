using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Samples.Bench.Forward;

/// <summary>What a process measured.</summary>
/// <param name="Milliseconds">For each repetition after a first one.</param>
/// <param name="PeakBytes">The most memory that the process had at a time.</param>
/// <param name="Parts">For <see cref="Operators"/>, milliseconds of each kind.</param>
internal sealed record ForwardRun(double[] Milliseconds, long PeakBytes, Dictionary<string, double>? Parts = null)
{
    /// <summary>Names of what can be measured.</summary>
    public const string Network = "network", Volume = "volume", Pipeline = "pipeline", Products = "products", Copies = "copies",
        Operators = "operators";

    private const int ProductSide = 2048;
    private const long CopiedBytes = 256L << 20;

    /// <summary>Multiply-accumulates of one product of <see cref="Products"/>.</summary>
    public const double ProductMultiplyAccumulates = (double)ProductSide * ProductSide * ProductSide;

    /// <summary>Bytes that one copy of <see cref="Copies"/> reads and writes.</summary>
    public const double CopyTraffic = 2.0 * CopiedBytes;

    /// <summary>Measures in this process.</summary>
    public static ForwardRun Measure(ForwardWork work)
    {
        set_num_threads(work.Threads);
        var device = ComputeDevice.Choose(work.Device);
        var pixels = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(work.Image)).ToArray();
        using var all = NewDisposeScope();
        using var process = Process.GetCurrentProcess();
        if (work.What == Operators)
        {
            using var network = TatModel.Load(work.Model);
            return new([], 0, OperatorBench.Measure(network.Network.Options, work.Size, work.Repeat));
        }

        if (work.Precision == ForwardWork.Tf32)
        {
            (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (true, true);
        }

        var milliseconds = work.What switch
        {
            Products => Time(work.Repeat, device, Multiply(Square(device), Square(device), Square(device))),
            Copies => Time(work.Repeat, device, Copy(zeros(CopiedBytes / 4, device: device), zeros(CopiedBytes / 4, device: device))),
            Volume => TimeVolume(work, pixels, device),
            Pipeline => TimePipeline(work, pixels),
            _ => TimeNetwork(work, pixels, device),
        };
        process.Refresh();
        return new(milliseconds, process.PeakWorkingSet64);
    }

    private static Tensor Square(Device device) => ones(ProductSide, ProductSide, device: device);

    private static Action Multiply(Tensor a, Tensor b, Tensor c) => () => c.addmm_(a, b, 0, 1);

    private static Action Copy(Tensor from, Tensor to) => () => to.copy_(from);

    private static double[] TimeNetwork(ForwardWork work, float[] pixels, Device device)
    {
        using var model = TatModel.Load(work.Model, device);
        model.Network.to(work.Type);
        using var inference = inference_mode();
        var image = tensor(pixels, [1, 1, work.Size, work.Size]).expand(work.Batch, -1, -1, -1).contiguous().to(work.Type).to(device);
        var times = Time(work.Repeat, device, () =>
        {
            using var scope = NewDisposeScope();
            model.Network.forward(image);
        });
        var result = model.Network.forward(image)[0].to(ScalarType.Float32).cpu().contiguous();
        File.WriteAllBytes(work.Output, MemoryMarshal.AsBytes<float>(result.data<float>().ToArray()));
        return times;
    }

    private static double[] TimeVolume(ForwardWork work, float[] pixels, Device device)
    {
        using var model = TatModel.Load(work.Model, device);
        using var restorer = new Restorer(model);
        var task = model.Tasks[0];
        task.NormalizationRange.Denormalize(pixels, pixels);
        var slices = Enumerable.Repeat(new ImageSlice(pixels, work.Size, work.Size), work.Slices).ToArray();
        return Time(work.Repeat, device, () => _ = restorer.RestoreVolume(slices, task).Count());
    }

    private static double[] TimePipeline(ForwardWork work, float[] pixels)
    {
        var ml = new MLContext();
        using var model = ml.ImageRestoration.LoadPretrained(work.Model);
        var task = model.Tasks[0];
        task.NormalizationRange.Denormalize(pixels, pixels);
        var slices = ml.Data.LoadFromEnumerable(
            Enumerable.Repeat(new ImageInput(new ImageSlice(pixels, work.Size, work.Size), task.Name), work.Slices));
        return Time(work.Repeat, CPU, () => _ = model.Transform(slices).GetColumn<float[]>("Restored").Count());
    }

    /// <summary>Runs once for warmth, then as often as asked; a GPU is waited for.</summary>
    private static double[] Time(int repeat, Device device, Action action)
    {
        Run();
        var milliseconds = new double[Math.Max(1, repeat)];
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            Run();
            milliseconds[i] = clock.Elapsed.TotalMilliseconds;
        }

        return milliseconds;

        void Run()
        {
            action();
            if (device.type == DeviceType.CUDA)
            {
                cuda.synchronize(device);
            }
        }
    }
}
