using System.Diagnostics;
using Tat.Torch.Model;
using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Runtime;
using Tat.Torch.Simd;
using static Tat.Samples.Bench.Programs.Figure;
using static TorchSharp.torch;

namespace Tat.Samples.Bench.Forward;

/// <summary>
/// What each kind of operator takes in a forward pass: by itself, over and over on strips of the shapes that it meets there, on all cores
/// at once.
/// </summary>
/// <remarks>
/// These are the loops for processors with AVX2 or AVX-512; what others run is not measured. What is left out: memory that is not in
/// the cache, copies, attention matrices, and cores that wait for each other.
/// </remarks>
internal sealed unsafe class OperatorBench
{
    private readonly Dictionary<string, double> _milliseconds = [];
    private readonly int _repeat;
    private readonly int _cores = ComputeThreads.CountFor(CPU);

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
        var plan = new NetworkPlan(network);
        foreach (var (block, count) in NetworkCost.Blocks(plan))
        {
            bench.Attention(block, count, size >> block.Level);
            bench.FeedForward(block, count, size >> block.Level);
        }

        foreach (var layer in plan.Layers.Where(layer => layer is { Level: not null, Side: 3 }))
        {
            bench.Convolve(size >> layer.Level!.Value, layer.Inputs, layer.Outputs);
        }

        return bench._milliseconds;
    }

    private void Attention(BlockPlan block, int count, int side)
    {
        var (c, heads, size) = (block.Channels, block.Heads, block.Channels / block.Heads);
        var strip = Strip(side, 3 * c);
        var times = count * strip.Count;
        Expand(strip, times, c, 2 * c, c);
        Run("depth-wise convolutions, GELU and gates", times, strip.Buffer * 3 * c, strip.Pixels * 3 * c, 27 * c, (rows, target, taps) =>
        {
            DepthWiseRows.Filter(new(rows, taps, null), strip.Shape, 2 * c, target, strip.Columns * 2 * c);
            DepthWiseRows.Filter(new(rows + (strip.Buffer * 2 * c), taps + (18 * c), null), strip.Shape, c, target + (strip.Pixels * 2 * c),
                strip.Columns * c);
        });
        Run("matrix products", times, strip.Pixels * 2 * c, size * size, 0, (pixels, target, _) =>
        {
            for (var head = 0; head < heads; head++)
            {
                MatrixProducts.MultiplyChannels(pixels + (head * size), pixels + c + (head * size), 2 * c, strip.Pixels, size, target);
            }
        });
        Run("matrix products", times, strip.Pixels * c, strip.Pixels * c, c * c,
            (pixels, target, matrix) => MatrixProducts.Multiply(pixels, strip.Pixels, c, matrix, c, target));
        Run("squares and sums", times, strip.Pixels * 2 * c, 2 * c, 0,
            (pixels, sums, _) => PixelRows.AddSquares(pixels, 2 * c, strip.Pixels, 2 * c, sums));
        Sums(strip, times, c);
    }

    private void FeedForward(BlockPlan block, int count, int side)
    {
        var (c, wide) = (block.Channels, (block.Hidden + 15) / 16 * 16);
        var strip = Strip(side, 2 * wide);
        var times = count * strip.Count;
        Expand(strip, times, c, wide, wide);
        Run("depth-wise convolutions, GELU and gates", times, strip.Buffer * 2 * wide, strip.Pixels * wide, 18 * wide,
            (rows, target, taps) =>
                DepthWiseRows.FilterAndGate(
                    new(rows, taps, null), new(rows + (strip.Buffer * wide), taps + (9 * wide), null), strip.Shape, wide, target));
        Run("matrix products", times, strip.Pixels * wide, strip.Pixels * c, wide * c,
            (pixels, target, matrix) => MatrixProducts.Multiply(pixels, strip.Pixels, wide, matrix, c, target));
        Sums(strip, times, c);
    }

    /// <summary>The norm and the 1×1 convolutions after it.</summary>
    private void Expand(StripShape strip, int times, int inputs, int first, int second)
    {
        Run("norms", times, strip.Expanded * inputs, strip.Expanded * inputs, inputs,
            (pixels, target, scale) => PixelRows.Normalize(pixels, strip.Expanded, inputs, scale, scale, target));
        Run("matrix products", times, strip.Expanded * inputs, strip.Expanded * (first + second), inputs * (first + second),
            (pixels, target, matrix) =>
            {
                MatrixProducts.Multiply(pixels, strip.Expanded, inputs, matrix, first, target);
                MatrixProducts.Multiply(pixels, strip.Expanded, inputs, matrix + (inputs * first), second,
                    target + (strip.Expanded * first));
            });
    }

    private void Sums(StripShape strip, int times, int channels) => Run(
        "squares and sums", times, strip.Pixels * channels, strip.Pixels * channels, 0,
        (pixels, target, _) => PixelRows.Add(pixels, target, target, strip.Pixels * channels));

    private void Convolve(int side, int inputs, int outputs)
    {
        var padded = MatrixPanels.RoundUp(outputs);
        var most = RowConvolution.RowsFor(side, inputs) * _cores;
        var times = (side + most - 1) / most * _cores;
        var rows = (side + times - 1) / times;
        Run("3 × 3 convolutions", times, (rows + 2) * (side + 2) * inputs, rows * side * padded, 9 * inputs * padded,
            (pixels, target, kernels) =>
                MatrixProducts.Convolve(pixels, rows, side, inputs, kernels, padded, target));
    }

    /// <summary>How a map is cut for so many hidden features.</summary>
    private static StripShape Strip(int side, int hidden)
    {
        var grid = new Grid(side, side, CoreStrips.ColumnsFor(hidden));
        return new(grid[0].Columns.Length, grid.Pieces * side / CoreStrips.Rows);
    }

    /// <summary>Runs an operator as often as a forward pass does, on all cores; the one that takes longest counts.</summary>
    private void Run(string kind, int times, int inputs, int outputs, int weights, Operator run)
    {
        var milliseconds = new double[_repeat + 1, _cores];
        ComputeThreads.RunEach(CPU, _cores, core =>
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            float* from = full([inputs], 0.1f).Pointer(), to = zeros(outputs).Pointer(), matrix = full([weights + 1L], 0.1f).Pointer();
            for (var repetition = 0; repetition <= _repeat; repetition++)
            {
                var clock = Stopwatch.StartNew();
                for (var i = core; i < times; i += _cores)
                {
                    run(from, to, matrix);
                }

                milliseconds[repetition, core] = clock.Elapsed.TotalMilliseconds;
            }
        });
        _milliseconds[kind] = _milliseconds.GetValueOrDefault(kind) + Median(Enumerable.Range(1, _repeat)
            .Select(repetition => Enumerable.Range(0, _cores).Max(core => milliseconds[repetition, core])));
    }

    private delegate void Operator(float* input, float* output, float* weights);

    /// <summary>A strip of a map.</summary>
    /// <param name="Columns">Its columns.</param>
    /// <param name="Count">How many there are.</param>
    private readonly record struct StripShape(int Columns, int Count)
    {
        public int Pixels => CoreStrips.Rows * Columns;

        /// <summary>Pixels with those at the sides, which each strip expands.</summary>
        public int Expanded => CoreStrips.Rows * (Columns + 2);

        /// <summary>Pixels with those at all sides, which filters read.</summary>
        public int Buffer => (CoreStrips.Rows + 2) * (Columns + 2);

        public DepthWiseRows.Rectangle Shape => new(CoreStrips.Rows, Columns + 2, 1, Columns);
    }
}
