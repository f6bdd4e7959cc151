using Tat.Torch.Model;
using Tat.Torch.Model.Contracts;
using Tat.Torch.Onnx.Schema;

namespace Tat.Torch.Onnx;

/// <summary>One Restormer block: x + attention(norm(x)), then x + feed-forward(norm(x)); features are h·w × C.</summary>
internal sealed class BlockGraph(BlockPlan plan, GraphWeights weights, string name, LevelGeometry level, GeneratedKernels? kernels)
{
    private readonly int _channels = plan.Channels;
    private readonly int _heads = plan.Heads;

    /// <summary>
    /// Hidden channels with those that only pad: constant kernels go 16 channels at a time through ONNX Runtime, others one by one, and
    /// eights are enough for the products around them.
    /// </summary>
    public static int Padded(int channels, bool isGenerated)
    {
        var multiple = isGenerated ? 8 : 16;
        return (channels + multiple - 1) / multiple * multiple;
    }

    /// <summary>Channel-wise attention inside windows, whose outputs are averaged where they overlap.</summary>
    public Value Attention(GraphBuilder g, Value x)
    {
        using var scope = g.Scope("attn");
        var normalized = Normalize(g, x, BlockPlan.AttentionNorm);
        var mixed = Mix(g, plan.Qkv, normalized, new(0, 3 * _channels, 3 * _channels));
        var filtered = Filter(g, plan.QkvFilter, mixed, new(0, 3 * _channels, 3 * _channels), kernels?.Attention);
        // 3 × C × h × w: queries, keys, values.
        var qkv = g.Reshape(filtered, g.Concat(0, g.Integers(3, _channels), level.Height, level.Width));
        return AddBias(g, plan.AttentionOut, g.Add(x, Apply(g, qkv, Matrices(g, qkv))));
    }

    /// <summary>Gated feed-forward layer.</summary>
    public Value FeedForward(GraphBuilder g, Value x)
    {
        using var scope = g.Scope("ffn");
        var hidden = plan.Hidden;
        var padded = Padded(hidden, isGenerated: kernels is not null);
        var normalized = Normalize(g, x, BlockPlan.FeedForwardNorm);
        Value Half(string half, int index, Value? generated)
        {
            var part = new Channels(index * hidden, hidden, padded, half);
            return Filter(g, plan.HiddenFilter, Mix(g, plan.FeedForwardIn, normalized, part), part, generated);
        }

        var gated = g.Mul(g.Gelu(Half("/gate", 0, kernels?.Gate)), Half("/content", 1, kernels?.Content));
        var projection = Weight(g, $"{plan.FeedForwardOut.Name}.weight", w => w.Transposed().Rows(0, hidden, padded).Transposed());
        return AddBias(g, plan.FeedForwardOut, g.Add(x, g.MatMulToRows(projection, g.Reshape(gated, padded, -1))));
    }

    /// <summary>
    /// For each cell the C×C matrix that takes its values to the output: attention, averaged over windows, then the output projection.
    /// </summary>
    private Value Matrices(GraphBuilder g, Value qkv)
    {
        var c = _channels / _heads;
        var sums = g.Loop(level.WindowCount, [], (body, window, _) =>
        {
            var q = level.Regions.Queries.Cut(body, qkv, window, _heads, c, -1);
            var k = level.Regions.Keys.Cut(body, qkv, window, _heads, c, -1);
            return [body.MatMul(k, body.Transpose(q, 0, 2, 1)), body.SumSquares(q), body.SumSquares(k)];
        });
        Value Norm(Value squares, long rows, long columns) =>
            g.Reshape(g.Max(g.Node("Sqrt", [squares]), g.Scalar(1e-12f)), -1, _heads, rows, columns);
        var scores = g.Mul(
            g.Div(g.Div(sums[0], Norm(sums[1], 1, c)), Norm(sums[2], c, 1)), Weight(g, BlockPlan.Temperature, w => w.As(_heads, 1, 1)));
        var attention = OverCells(g, g.Softmax(scores, -2), _heads * c * c);
        var projection = Weight(g, $"{plan.AttentionOut.Name}.weight", w => w.Transposed().As(_heads, c, _channels));
        return g.Reshape(g.MatMul(g.Reshape(attention, -1, _heads, c, c), projection), -1, _channels, _channels);
    }

    /// <summary>Means over the windows of each cell, by rows and then by columns: (shares of columns) · (shares of rows) · X.</summary>
    private Value OverCells(GraphBuilder g, Value x, int length)
    {
        var byRow = g.MatMul(level.Shares.Rows, g.Reshape(x, g.Concat(0, level.Windows.Rows, g.Integers(-1))));
        var grid = g.Reshape(byRow, g.Concat(0, g.Integers(-1), level.Windows.Columns, g.Integers(length)));
        return g.Reshape(g.MatMul(level.Shares.Columns, grid), -1, length);
    }

    private Value Apply(GraphBuilder g, Value qkv, Value matrices)
    {
        var type = new TypeProto
        {
            SequenceType = new() { ElemType = new() { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float } } },
        };
        var cells = g.Loop(level.CellCount, [(g.Node("SequenceEmpty", []), type)], (body, cell, done) =>
        {
            var v = level.Regions.Values.Cut(body, qkv, cell, _channels, -1);
            return [body.Node("SequenceInsert", [done[0], body.Gemm(v, body.Gather(matrices, cell, 0), transA: true)])];
        })[0];
        return g.Gather(g.Node("ConcatFromSequence", [cells], GraphBuilder.Attribute("axis", 0L)), level.CellOrder, 0);
    }

    /// <summary>A 1×1 convolution of rows (pixels × channels) to channels × pixels.</summary>
    private Value Mix(GraphBuilder g, LayerPlan layer, Value rows, Channels part)
    {
        var bias = layer.HasBias ? Weight(g, $"{layer.Name}.bias", w => w.Rows(part), part.Suffix) : default;
        return g.Gemm(Weight(g, $"{layer.Name}.weight", w => w.Rows(part), part.Suffix), rows, bias, transB: true);
    }

    /// <summary>
    /// A 3×3 depth-wise convolution of channels × pixels to 1×channels×h×w; the kernels are the block's own, or partly generated.
    /// </summary>
    private Value Filter(GraphBuilder g, LayerPlan layer, Value mixed, Channels part, Value? generated)
    {
        Value kernel, bias = default;
        if (generated is { } ofImage)
        {
            var shared = Weight(g, BlockPlan.SharedKernel(layer), w => w.As(w.Shape[1], 9).Rows(part).As(part.Padded, 1, 3, 3),
                part.Suffix);
            var gate = Weight(g, BlockPlan.Gate(layer), w => w.As(w.Shape[1], 1).Rows(part).As(part.Padded, 1, 1, 1), part.Suffix);
            kernel = g.Add(shared, g.Mul(gate, ofImage));
        }
        else
        {
            kernel = Weight(g, $"{layer.Name}.weight", w => w.Rows(part).As(part.Padded, 1, 3, 3), part.Suffix);
            bias = layer.HasBias ? Weight(g, $"{layer.Name}.bias", w => w.Rows(part).As(part.Padded), part.Suffix) : default;
        }

        var map = g.Reshape(mixed, g.Concat(0, g.Integers(1, -1), level.Height, level.Width));
        return g.Conv3x3(map, kernel, bias, part.Padded);
    }

    private Value AddBias(GraphBuilder g, LayerPlan layer, Value x) =>
        layer.HasBias ? g.Add(x, Weight(g, $"{layer.Name}.bias", w => w)) : x;

    private Value Normalize(GraphBuilder g, Value x, string norm)
    {
        var scale = Weight(g, $"{norm}.weight", w => w);
        if (plan.Options.LayerNorm == LayerNormKind.WithBias)
        {
            return g.LayerNormalization(x, scale, Weight(g, $"{norm}.bias", w => w));
        }

        // x / √(variance + ε), the mean not subtracted.
        var centred = g.Sub(x, g.Mean(x));
        var deviation = g.Node("Sqrt", [g.Add(g.Mean(g.Mul(centred, centred)), g.Scalar(1e-5f))]);
        return g.Mul(g.Div(x, deviation), scale);
    }

    private Value Weight(GraphBuilder g, string weight, Func<WeightArray, WeightArray> arrange, string suffix = "") =>
        NetworkGraph.Store(g, $"{name}.{weight}{suffix}", arrange(weights[$"{name}.{weight}"]));
}
