using System.Diagnostics;
using Tat.Torch.Model;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Samples.Bench;

/// <summary>What each kind of operator takes in a forward pass: by itself, on tensors of the shapes that it meets there.</summary>
/// <remarks>Strips are cut as the engine cuts them; windows, halos and copies between operators are left out.</remarks>
internal sealed class OperatorBench
{
    private const long StripBytes = 8 << 20;
    private const int OutputRows = 32;

    private readonly Dictionary<string, double> _milliseconds = [];
    private readonly int _repeat;

    private OperatorBench(int repeat) => _repeat = repeat;

    /// <summary>Measures in this process.</summary>
    /// <param name="network">The architecture.</param>
    /// <param name="size">Side of the image.</param>
    /// <param name="repeat">Repetitions of each operator after a first one; the median counts.</param>
    /// <returns>Milliseconds of each kind in a forward pass.</returns>
    public static Dictionary<string, double> Measure(TatNetworkOptions network, int size, int repeat)
    {
        using var inference = inference_mode();
        var bench = new OperatorBench(repeat);
        foreach (var stage in NetworkCost.Stages(network))
        {
            bench.Attention(stage, size >> stage.Level, network.Heads[stage.Level]);
            bench.FeedForward(stage, size >> stage.Level, (long)(stage.Channels * network.ExpansionFactor));
        }

        bench.Convolutions(network, size);
        return bench._milliseconds;
    }

    private void Attention(NetworkCost.Stage stage, int side, int heads)
    {
        var c = stage.Channels;
        var (rows, strips) = Strips(side, 3 * c);
        var times = stage.Blocks * strips;
        Filter(rows, side, c, 2 * c, times);
        Filter(rows, side, c, c, times);
        Norm(rows, side, c, times);
        using var scope = NewDisposeScope();
        var (q, v) = (rand(heads, rows * side, c / heads), rand(rows * side, c));
        var (target, matrix) = (zeros(rows * side, c), rand(c, c));
        Time("matrix products", times, () => q.transpose(-2, -1).matmul(q));
        Time("matrix products", times, () => target.addmm_(v, matrix));
        Time("other operators on each number", 2 * times, () => q.square().sum([-2]));
    }

    private void FeedForward(NetworkCost.Stage stage, int side, long hidden)
    {
        hidden = (hidden + 15) / 16 * 16;
        var (rows, strips) = Strips(side, 2 * hidden);
        var times = stage.Blocks * strips;
        Filter(rows, side, stage.Channels, hidden, 2 * times);
        Norm(rows, side, stage.Channels, times);
        using var scope = NewDisposeScope();
        var (gate, other) = (rand(rows * side, hidden), rand(rows * side, hidden));
        var (target, matrix) = (zeros(rows * side, stage.Channels), rand(hidden, stage.Channels));
        Time("GELU", times, () => gate.gelu_());
        Time("other operators on each number", times, () => gate.mul_(other));
        Time("matrix products", times, () => target.addmm_(other, matrix));
    }

    /// <summary>A 1×1 convolution and a depth-wise one.</summary>
    private void Filter(int rows, int side, long inputs, long outputs, int times)
    {
        using var scope = NewDisposeScope();
        var (map, buffer, matrix) = (rand(rows * side, inputs), zeros(1, rows + 2, side, outputs), rand(inputs, outputs));
        var (target, kernels) = (buffer.narrow(1, 1, rows).view(-1, outputs), rand(outputs, 1, 3, 3));
        Time("matrix products", times, () => target.addmm_(map, matrix, 0, 1));
        Time("depth-wise convolutions", times, () => functional.conv2d(buffer.permute(0, 3, 1, 2), kernels, padding: [0, 1], groups: outputs));
    }

    private void Norm(int rows, int side, long channels, int times)
    {
        using var scope = NewDisposeScope();
        var (map, scale) = (rand(rows * side, channels), ones(channels));
        Time("norms", times, () => functional.layer_norm(map, [channels], scale, scale));
    }

    private void Convolutions(TatNetworkOptions network, int size)
    {
        long c = network.Width, n = network.RepresentationFeatures;
        Convolve(size, size, 1, c);
        for (var level = 0; level < 3; level++)
        {
            var channels = c << level;
            Convolve(size >> level, size >> level, channels, channels / 2);
            Convolve(size >> (level + 1), size >> (level + 1), 2 * channels, 4 * channels);
        }

        if (network.WeightGeneration)
        {
            foreach (var (inputs, outputs) in new[] { (c / 2, n), (n, n), (n, n), (n, n), (n, n), (n, n), (n, 2 * n), (2 * n, 4 * n) })
            {
                Convolve(size / 2, size / 2, inputs, outputs);
            }
        }

        var rows = Math.Min(OutputRows, size);
        Convolve(rows, size, 5 * c, c, size / rows);
        Convolve(rows, size, c, 1, size / rows);
    }

    private void Convolve(int rows, int columns, long inputs, long outputs, int times = 1)
    {
        using var scope = NewDisposeScope();
        var (map, kernels) = (rand(1, rows, columns, inputs), rand(outputs, inputs, 3, 3));
        Time("3 × 3 convolutions", times, () => functional.conv2d(map.permute(0, 3, 1, 2), kernels, padding: [1, 1]));
    }

    /// <summary>Strips of even size, of about so many bytes of hidden features.</summary>
    private static (int Rows, int Strips) Strips(int side, long channels)
    {
        var rows = (int)Math.Clamp(StripBytes / (side * channels * sizeof(float)), 2, side);
        var strips = Math.Max(1, side / rows);
        return ((side + strips - 1) / strips, strips);
    }

    private void Time(string kind, int times, Func<Tensor> run)
    {
        var milliseconds = new double[_repeat + 1];
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            using (NewDisposeScope())
            {
                run();
            }

            milliseconds[i] = clock.Elapsed.TotalMilliseconds;
        }

        var measured = milliseconds.Skip(1).Order().ToArray();
        _milliseconds[kind] = _milliseconds.GetValueOrDefault(kind) + (times * measured[measured.Length / 2]);
    }
}
