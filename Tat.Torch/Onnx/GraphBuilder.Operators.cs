using Google.Protobuf;
using Tat.Torch.Onnx.Schema;
using Kind = Tat.Torch.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace Tat.Torch.Onnx;

/// <summary>The standard operators (opset 17) that the network needs.</summary>
internal sealed partial class GraphBuilder
{
    public Value Add(Value a, Value b) => Node("Add", [a, b]);

    public Value Sub(Value a, Value b) => Node("Sub", [a, b]);

    public Value Mul(Value a, Value b) => Node("Mul", [a, b]);

    public Value Div(Value a, Value b) => Node("Div", [a, b]);

    public Value Min(Value a, Value b) => Node("Min", [a, b]);

    public Value Max(Value a, Value b) => Node("Max", [a, b]);

    public Value MatMul(Value a, Value b) => Node("MatMul", [a, b]);

    /// <summary>a · b (+ c), either factor transposed; all are matrices.</summary>
    public Value Gemm(Value a, Value b, Value c = default, bool transA = false, bool transB = false)
    {
        ReadOnlySpan<Value> operands = c.Name is { Length: > 0 } ? [a, b, c] : [a, b];
        return Node("Gemm", operands, [.. Flag("transA", transA), .. Flag("transB", transB)]);
    }

    /// <summary>
    /// (weights · map)ᵀ: pixels × outputs, of outputs × inputs and inputs × pixels. ONNX Runtime is faster so than with a product of the
    /// transposed map, which is larger.
    /// </summary>
    public Value MatMulToRows(Value weights, Value map) => Transpose(MatMul(weights, map), 1, 0);

    /// <summary>A 3×3 convolution, zero padding of 1.</summary>
    public Value Conv3x3(Value x, Value weight, Value bias = default, long groups = 1)
    {
        ReadOnlySpan<Value> operands = bias.Name is { Length: > 0 } ? [x, weight, bias] : [x, weight];
        return Node("Conv", operands, Attribute("kernel_shape", 3, 3), Attribute("pads", 1, 1, 1, 1), Attribute("group", groups));
    }

    /// <summary>A 1×1 convolution.</summary>
    public Value Conv1x1(Value x, Value weight, Value bias = default)
    {
        ReadOnlySpan<Value> operands = bias.Name is { Length: > 0 } ? [x, weight, bias] : [x, weight];
        return Node("Conv", operands, Attribute("kernel_shape", 1, 1));
    }

    /// <summary>Sums of squares along the last axis.</summary>
    public Value SumSquares(Value x) => Node("ReduceSumSquare", [x], Attribute("axes", [-1L]));

    /// <summary>Means along the last axis, which stays with length 1.</summary>
    public Value Mean(Value x) => Node("ReduceMean", [x], Attribute("axes", [-1L]));

    /// <summary>Limits values to [minimum, maximum], both scalars.</summary>
    public Value Clip(Value x, Value minimum, Value maximum) => Node("Clip", [x, minimum, maximum]);

    /// <summary>Exact GELU, x/2 · (1 + erf(x/√2)): opset 17 has no operator for it, and runtimes fuse this form.</summary>
    public Value Gelu(Value x)
    {
        var erf = Node("Erf", [Div(x, Scalar(1.4142135623730951f))]);
        return Mul(Mul(x, Add(erf, Scalar(1))), Scalar(0.5f));
    }

    public Value LayerNormalization(Value x, Value scale, Value bias) =>
        Node("LayerNormalization", [x, scale, bias], Attribute("axis", -1L), Attribute("epsilon", 1e-5f));

    public Value Softmax(Value x, long axis) => Node("Softmax", [x], Attribute("axis", axis));

    public Value Reshape(Value x, Value shape) => Node("Reshape", [x, shape]);

    public Value Reshape(Value x, params ReadOnlySpan<long> shape) => Reshape(x, Integers(shape));

    public Value Transpose(Value x, params ReadOnlySpan<long> order) => Node("Transpose", [x], Attribute("perm", order));

    public Value Concat(long axis, params ReadOnlySpan<Value> parts) => Node("Concat", parts, Attribute("axis", axis));

    public Value Gather(Value x, Value indices, long axis) => Node("Gather", [x, indices], Attribute("axis", axis));

    public Value Slice(Value x, Value starts, Value ends, Value axes) => Node("Slice", [x, starts, ends, axes]);

    public Value Slice(Value x, long start, long end, long axis) => Slice(x, Integers(start), Integers(end), Integers(axis));

    public Value Expand(Value x, Value shape) => Node("Expand", [x, shape]);

    public Value Squeeze(Value x) => Node("Squeeze", [x]);

    /// <summary>0, 1, …, count − 1, for one integer.</summary>
    public Value Range(Value count) => Node("Range", [Integer(0), Squeeze(count), Integer(1)]);

    public Value Shape(Value x) => Node("Shape", [x]);

    /// <summary>PixelShuffle(<paramref name="factor"/>): channels c·f² + i·f + j go to row offset i and column offset j.</summary>
    public Value PixelShuffle(Value x, long factor) => Node("DepthToSpace", [x], Attribute("blocksize", factor), Attribute("mode", "CRD"));

    public Value Cast(Value x, TensorProto.Types.DataType type) => Node("Cast", [x], Attribute("to", (long)type));

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = Kind.Int, I = value };

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = Kind.Float, F = value };

    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = Kind.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = Kind.Ints };
        attribute.Ints.Add(values.ToArray());
        return attribute;
    }

    private static AttributeProto[] Flag(string name, bool value) => value ? [Attribute(name, 1L)] : [];
}
