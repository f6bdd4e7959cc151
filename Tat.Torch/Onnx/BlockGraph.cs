using Tat.Torch.Model;
using Tat.Torch.Onnx.Schema;

namespace Tat.Torch.Onnx;

/// <summary>One Restormer block: x + attention(norm(x)), then x + feed-forward(norm(x)); features are h·w × C.</summary>
internal sealed class BlockGraph(TatNetworkOptions options, GraphWeights weights, string name, LevelGeometry level, int heads, GeneratedKernels? kernels)
{
    private readonly int _channels = (int)weights[$"{name}.norm1.body.weight"].Shape[0];

    /// <summary>Channels of a depth-wise convolution with computed kernels are padded to a multiple of this many.</summary>
    public static int Padded(int channels) => (channels + 15) / 16 * 16;

    /// <summary>Channel-wise attention inside windows, whose outputs are averaged where they overlap.</summary>
    public Value Attention(GraphBuilder g, Value x)
    {
        using var scope = g.Scope("attn");
        var normalized = Normalize(g, x, "norm1");
        var mixed = Mix(g, "attn.qkv", normalized, new(0, 3 * _channels, 3 * _channels));
        var filtered = Filter(g, "attn", "qkv_dwconv", mixed, new(0, 3 * _channels, 3 * _channels), kernels?.Attention);
        // 3·heads × c × h × w: queries, keys, values.
        var qkv = g.Reshape(filtered, g.Concat(0, g.Integers(3 * heads, _channels / heads), level.Height, level.Width));
        return AddBias(g, "attn.project_out", g.Add(x, Apply(g, qkv, Matrices(g, qkv))));
    }

    /// <summary>Gated feed-forward layer.</summary>
    public Value FeedForward(GraphBuilder g, Value x)
    {
        using var scope = g.Scope("ffn");
        var hidden = options.Hidden(_channels);
        var padded = Padded(hidden);
        var normalized = Normalize(g, x, "norm2");
        Value Half(string half, int index, Value? generated)
        {
            var part = new Channels(index * hidden, hidden, padded, half);
            return Filter(g, "ffn", "dwconv", Mix(g, "ffn.project_in", normalized, part), part, generated);
        }

        var gated = g.Mul(g.Gelu(Half("/gate", 0, kernels?.Gate)), Half("/content", 1, kernels?.Content));
        var projection = Weight(g, "ffn.project_out.weight", w => w.Transposed().Rows(0, hidden, padded));
        return AddBias(g, "ffn.project_out", g.Gemm(g.Reshape(gated, padded, -1), projection, x, transA: true));
    }

    /// <summary>For each cell the C×C matrix that takes its values to the output: attention, averaged over windows, then the output projection.</summary>
    private Value Matrices(GraphBuilder g, Value qkv)
    {
        var c = _channels / heads;
        var sums = g.Loop(level.CellCount, [], (body, cell, _) =>
        {
            var q = Cell(body, qkv, cell, 0);
            var k = Cell(body, qkv, cell, 1);
            // Kᵀ·Q sums and squared norms of the cell.
            return [body.Concat(0,
                body.Reshape(body.MatMul(k, body.Transpose(q, 0, 2, 1)), -1),
                body.Reshape(body.SumSquares(q), -1),
                body.Reshape(body.SumSquares(k), -1))];
        })[0];

        var length = (heads * c * c) + (2 * heads * c);
        sums = OverGrid(g, sums, level.Covers, level.Counts.CellRows, level.Counts.CellColumns, length);
        Value Part(int start, int count, params ReadOnlySpan<long> shape) => g.Reshape(g.Slice(sums, start, start + count, 1), shape);
        var products = Part(0, heads * c * c, -1, heads, c, c);
        Value Norm(Value squares) => g.Max(g.Node("Sqrt", [squares]), g.Scalar(1e-12f));
        var queryNorms = Norm(Part(heads * c * c, heads * c, -1, heads, 1, c));
        var keyNorms = Norm(Part((heads * c * c) + (heads * c), heads * c, -1, heads, c, 1));
        var scores = g.Mul(g.Div(g.Div(products, queryNorms), keyNorms), Weight(g, "attn.temperature", w => w.As(heads, 1, 1)));
        var attention = OverGrid(g, g.Softmax(scores, -2), level.Shares, level.Counts.WindowRows, level.Counts.WindowColumns, heads * c * c);
        var projection = Weight(g, "attn.project_out.weight", w => w.Transposed().As(heads, c, _channels));
        return g.Reshape(g.MatMul(g.Reshape(attention, -1, heads, c, c), projection), -1, _channels, _channels);
    }

    /// <summary>Sums over a grid of rows × columns with weights for each axis: (A · X) for rows, then for columns.</summary>
    private static Value OverGrid(GraphBuilder g, Value x, (Value Rows, Value Columns) factors, Value rows, Value columns, int length)
    {
        var byRow = g.MatMul(factors.Rows, g.Reshape(x, g.Concat(0, rows, g.Integers(-1))));
        var grid = g.Reshape(byRow, g.Concat(0, g.Integers(-1), columns, g.Integers(length)));
        return g.Reshape(g.MatMul(factors.Columns, grid), -1, length);
    }

    private Value Apply(GraphBuilder g, Value qkv, Value matrices)
    {
        var type = new TypeProto { SequenceType = new() { ElemType = new() { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float } } } };
        var cells = g.Loop(level.CellCount, [(g.Node("SequenceEmpty", []), type)], (body, cell, done) =>
        {
            var v = body.Reshape(Cell(body, qkv, cell, 2), _channels, -1);
            return [body.Node("SequenceInsert", [done[0], body.Gemm(v, body.Gather(matrices, cell, 0), transA: true)])];
        })[0];
        return g.Gather(g.Node("ConcatFromSequence", [cells], GraphBuilder.Attribute("axis", 0L)), level.CellOrder, 0);
    }

    /// <summary>Queries (0), keys (1) or values (2) of a cell: heads × c × pixels.</summary>
    private Value Cell(GraphBuilder g, Value qkv, Value cell, int which)
    {
        var starts = g.Concat(0, g.Integers(which * heads), g.Gather(level.Cells.Starts, cell, 0));
        var ends = g.Concat(0, g.Integers((which + 1) * heads), g.Gather(level.Cells.Ends, cell, 0));
        return g.Reshape(g.Slice(qkv, starts, ends, g.Integers(0, 2, 3)), heads, _channels / heads, -1);
    }

    /// <summary>A 1×1 convolution of rows (pixels × channels) to channels × pixels.</summary>
    private Value Mix(GraphBuilder g, string layer, Value rows, Channels part)
    {
        var bias = Has($"{layer}.bias") ? Weight(g, $"{layer}.bias", w => w.Rows(part), part.Suffix) : default;
        return g.Gemm(Weight(g, $"{layer}.weight", w => w.Rows(part), part.Suffix), rows, bias, transB: true);
    }

    /// <summary>A 3×3 depth-wise convolution of channels × pixels to 1×channels×h×w; the kernels are the block's own, or partly generated.</summary>
    private Value Filter(GraphBuilder g, string layer, string plain, Value mixed, Channels part, Value? generated)
    {
        Value kernel, bias = default;
        if (generated is { } ofImage)
        {
            var shared = Weight(g, $"{layer}.dw_kernel", w => w.As(w.Shape[1], 9).Rows(part).As(part.Padded, 1, 3, 3), part.Suffix);
            var gate = Weight(g, $"{layer}.lambda_dw", w => w.As(w.Shape[1], 1).Rows(part).As(part.Padded, 1, 1, 1), part.Suffix);
            kernel = g.Add(shared, g.Mul(gate, ofImage));
        }
        else
        {
            kernel = Weight(g, $"{layer}.{plain}.weight", w => w.Rows(part).As(part.Padded, 1, 3, 3), part.Suffix);
            bias = Has($"{layer}.{plain}.bias") ? Weight(g, $"{layer}.{plain}.bias", w => w.Rows(part).As(part.Padded), part.Suffix) : default;
        }

        var map = g.Reshape(mixed, g.Concat(0, g.Integers(1, -1), level.Height, level.Width));
        return g.Conv3x3(map, kernel, bias, part.Padded);
    }

    private Value AddBias(GraphBuilder g, string layer, Value x) => Has($"{layer}.bias") ? g.Add(x, Weight(g, $"{layer}.bias", w => w)) : x;

    private Value Normalize(GraphBuilder g, Value x, string norm)
    {
        var scale = Weight(g, $"{norm}.body.weight", w => w);
        if (options.LayerNorm == LayerNormKind.WithBias)
        {
            return g.LayerNormalization(x, scale, Weight(g, $"{norm}.body.bias", w => w));
        }

        // x / √(variance + ε), the mean not subtracted.
        var centred = g.Sub(x, g.Mean(x));
        var deviation = g.Node("Sqrt", [g.Add(g.Mean(g.Mul(centred, centred)), g.Scalar(1e-5f))]);
        return g.Mul(g.Div(x, deviation), scale);
    }

    private bool Has(string weight) => weights.Has($"{name}.{weight}");

    private Value Weight(GraphBuilder g, string weight, Func<WeightArray, WeightArray> arrange, string suffix = "") =>
        NetworkGraph.Store(g, $"{name}.{weight}{suffix}", arrange(weights[$"{name}.{weight}"]));
}
