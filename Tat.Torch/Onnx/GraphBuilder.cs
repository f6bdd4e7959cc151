using System.Runtime.InteropServices;
using Google.Protobuf;
using Tat.Torch.Onnx.Schema;

namespace Tat.Torch.Onnx;

/// <summary>Writes nodes and constants into an ONNX graph; the standard operators have a method each.</summary>
internal sealed partial class GraphBuilder
{
    // Below this many values a weight stays in single precision: the file would hardly shrink.
    private const int SmallestHalfPrecisionWeight = 1024;

    private readonly bool _halfPrecision;
    private readonly GraphBuilder _home;
    private readonly Dictionary<string, int> _counts;
    private readonly string _prefix;
    private readonly HashSet<string> _stored = [];
    private readonly Dictionary<string, Value> _casts = [];
    private string _scope;

    /// <summary>Starts a graph.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="halfPrecisionWeights">Whether large weights are stored in half precision; they are computed with in single
    /// precision.</param>
    public GraphBuilder(string name, bool halfPrecisionWeights = false)
    {
        Graph = new() { Name = name };
        _halfPrecision = halfPrecisionWeights;
        _counts = [];
        _home = this;
        (_prefix, _scope) = ("", "");
    }

    private GraphBuilder(GraphBuilder outer, string name, bool storesConstants)
    {
        Graph = new() { Name = name };
        _halfPrecision = outer._halfPrecision;
        _counts = outer._counts;
        _home = storesConstants ? this : outer._home;
        _prefix = storesConstants ? $"{name}/" : outer._prefix;
        _scope = name;
    }

    /// <summary>The graph so far.</summary>
    public GraphProto Graph { get; }

    /// <summary>Puts a part in front of the names of the nodes that are added until the result is disposed.</summary>
    public IDisposable Scope(string name)
    {
        var outer = _scope;
        _scope = outer.Length > 0 ? $"{outer}/{name}" : name;
        return new Restore(() => _scope = outer);
    }

    /// <summary>A weight under its own name; in half precision where the graph stores its weights so.</summary>
    public Value Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        if (!_halfPrecision || values.Length < SmallestHalfPrecisionWeight)
        {
            return Store(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), shape);
        }

        if (!_home._casts.TryGetValue(name, out var cast))
        {
            var halves = new Half[values.Length];
            for (var i = 0; i < halves.Length; i++)
            {
                halves[i] = (Half)values[i];
            }

            // Casts stand in front of the graph, where every runtime folds them into constants when it loads the model.
            var stored = Store(name, TensorProto.Types.DataType.Float16, MemoryMarshal.AsBytes<Half>(halves), shape);
            cast = new($"{name}/float32");
            var node = new NodeProto { Name = cast.Name, OpType = "Cast", Input = { stored.Name }, Output = { cast.Name } };
            node.Attribute.Add(Attribute("to", (long)TensorProto.Types.DataType.Float));
            _home.Graph.Node.Insert(0, node);
            _home._casts[name] = cast;
        }

        return cast;
    }

    /// <summary>A constant scalar.</summary>
    public Value Scalar(float value) =>
        Store($"{_prefix}const/{value:R}f", TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes([value]), []);

    /// <summary>A constant integer.</summary>
    public Value Integer(long value) =>
        Store($"{_prefix}const/{value}", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes([value]), []);

    /// <summary>A constant list of integers.</summary>
    public Value Integers(params ReadOnlySpan<long> values) =>
        Store($"{_prefix}const/[{string.Join(',', values.ToArray())}]", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values),
            [values.Length]);

    /// <summary>Adds a node with one result.</summary>
    public Value Node(string operation, ReadOnlySpan<Value> operands, params ReadOnlySpan<AttributeProto> attributes) =>
        Nodes(operation, operands, 1, attributes)[0];

    /// <summary>Adds a node with several results.</summary>
    public Value[] Nodes(string operation, ReadOnlySpan<Value> operands, int results, params ReadOnlySpan<AttributeProto> attributes)
    {
        var name = NameFor(operation);
        var node = new NodeProto { Name = name, OpType = operation };
        foreach (var operand in operands)
        {
            node.Input.Add(operand.Name);
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        var outputs = new Value[results];
        for (var i = 0; i < results; i++)
        {
            outputs[i] = new(results == 1 ? name : $"{name}.{i}");
            node.Output.Add(outputs[i].Name);
        }

        Graph.Node.Add(node);
        return outputs;
    }

    /// <summary>Adds a loop; its body may use every value of this graph that exists already.</summary>
    /// <param name="count">How many times the body runs, an integer scalar.</param>
    /// <param name="carried">Values that go from one iteration to the next: what they start with, and their type.</param>
    /// <param name="body">Gets the body's graph, the iteration's number and the carried values; returns the new carried values and then the
    /// values of which the loop's result has one for each iteration, stacked.</param>
    /// <param name="storesConstants">Whether constants of the body live in it, where optimisers find them, or in this graph.</param>
    /// <returns>The last carried values, then the stacked ones.</returns>
    public Value[] Loop(Value count, ReadOnlySpan<(Value Start, TypeProto Type)> carried, Func<GraphBuilder, Value, Value[], Value[]> body,
        bool storesConstants = false)
    {
        var name = NameFor("LoopBody");
        var inner = new GraphBuilder(this, name, storesConstants);
        var (iteration, condition) = (new Value($"{name}/iteration"), new Value($"{name}/condition"));
        inner.Graph.Input.Add(TensorInfo(iteration.Name, TensorProto.Types.DataType.Int64, []));
        inner.Graph.Input.Add(TensorInfo(condition.Name, TensorProto.Types.DataType.Bool, []));
        var operands = new List<Value> { count, Value.None };
        var states = new Value[carried.Length];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = new($"{name}/carried{i}");
            operands.Add(carried[i].Start);
            inner.Graph.Input.Add(new ValueInfoProto { Name = states[i].Name, Type = carried[i].Type });
        }

        var results = body(inner, iteration, states);
        inner.Graph.Output.Add(TensorInfo(inner.Node("Identity", [condition]).Name, TensorProto.Types.DataType.Bool, []));
        for (var i = 0; i < results.Length; i++)
        {
            var type = i < carried.Length
                ? carried[i].Type
                : new TypeProto { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float } };
            inner.Graph.Output.Add(new ValueInfoProto { Name = results[i].Name, Type = type });
        }

        return Nodes("Loop", [.. operands], results.Length,
            new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = inner.Graph });
    }

    /// <summary>Describes a tensor; a side is a number, or the name of one that is known at run time.</summary>
    public static ValueInfoProto TensorInfo(
        string name, TensorProto.Types.DataType type, ReadOnlySpan<object> shape, string description = "")
    {
        var sides = new TensorShapeProto();
        foreach (var side in shape)
        {
            sides.Dim.Add(side is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new() { DimValue = Convert.ToInt64(side) });
        }

        return new() { Name = name, DocString = description, Type = new() { TensorType = new() { ElemType = (int)type, Shape = sides } } };
    }

    private string NameFor(string operation)
    {
        var stem = _scope.Length > 0 ? $"{_scope}/{operation}" : operation;
        var count = CollectionsMarshal.GetValueRefOrAddDefault(_counts, stem, out _)++;
        return count == 0 ? stem : $"{stem}_{count}";
    }

    private Value Store(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> data, ReadOnlySpan<long> shape)
    {
        if (_home._stored.Add(name))
        {
            var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(data) };
            tensor.Dims.Add(shape.ToArray());
            _home.Graph.Initializer.Add(tensor);
        }

        return new(name);
    }

    private sealed class Restore(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
