using Tat.Torch.Model.Contracts;
using Tat.Torch.Onnx.Schema;
using Kind = Tat.Torch.Onnx.Schema.TensorProto.Types.DataType;

namespace Tat.Torch.Onnx;

/// <summary>
/// The network between physical units: normalises, pads, restores, crops, and maps back, as a graph with named inputs and outputs.
/// </summary>
internal sealed class ModelGraph(NetworkPlan plan, GraphWeights weights)
{
    /// <summary>The inputs and the output, by name.</summary>
    public const string Image = "image", Pixels = "pixels", Size = "size", RangeMinimum = "range_min", RangeMaximum = "range_max",
        Restored = "restored";

    /// <summary>Builds the graph.</summary>
    public GraphProto Build(OnnxSignature signature, bool halfPrecisionWeights)
    {
        var g = new GraphBuilder("tat", halfPrecisionWeights);
        if (signature == OnnxSignature.Image)
        {
            BuildImages(g);
        }
        else
        {
            BuildPixels(g);
        }

        return g.Graph;
    }

    private void BuildImages(GraphBuilder g)
    {
        Declare(g.Graph.Input, Image, Kind.Float, ["N", 1, "H", "W"],
            "Images in a physical unit: N images of H rows and W columns, one channel.");
        DeclareRanges(g, "N");
        Declare(g.Graph.Output, Restored, Kind.Float, ["N", 1, "H", "W"],
            "The restored images, in the unit of the input; what lies beyond the range passes through.");

        var images = new Value(Image);
        var size = g.Shape(images);
        var frame = new Frame(g, g.Slice(size, 2, 3, 0), g.Slice(size, 3, 4, 0));
        var network = new NetworkGraph(plan, weights, g, frame.PaddedHeight, frame.PaddedWidth);
        var count = g.Squeeze(g.Slice(size, 0, 1, 0));
        var restored = g.Loop(
            count,
            [],
            (body, index, _) =>
            {
                var (minimum, maximum) = (body.Gather(new(RangeMinimum), index, 0), body.Gather(new(RangeMaximum), index, 0));
                var image = frame.AsImage(body, body.Gather(images, index, 0));
                return [frame.As(body, [1], Restore(body, network, frame, image, minimum, maximum))];
            },
            storesConstants: true)[0];
        Return(g, restored);
    }

    private void BuildPixels(GraphBuilder g)
    {
        Declare(g.Graph.Input, Pixels, Kind.Float, [1, "L"], "The pixels of one image in a physical unit, row by row; L = height × width.");
        Declare(g.Graph.Input, Size, Kind.Int64, [2], "Height and width of the image.");
        DeclareRanges(g, 1);
        Declare(g.Graph.Output, Restored, Kind.Float, [1, "L"],
            "The restored pixels, in the unit of the input; what lies beyond the range passes through.");

        var size = new Value(Size);
        var frame = new Frame(g, g.Slice(size, 0, 1, 0), g.Slice(size, 1, 2, 0));
        var network = new NetworkGraph(plan, weights, g, frame.PaddedHeight, frame.PaddedWidth);
        var image = frame.AsImage(g, new(Pixels));
        Return(g, g.Reshape(Restore(g, network, frame, image, g.Squeeze(new(RangeMinimum)), g.Squeeze(new(RangeMaximum))), 1, -1));
    }

    private static Value Restore(GraphBuilder g, NetworkGraph network, Frame frame, Value image, Value minimum, Value maximum)
    {
        var width = g.Sub(maximum, minimum);
        var normalized = g.Clip(g.Div(g.Sub(image, minimum), width), g.Scalar(0), g.Scalar(1));
        var restored = frame.Crop(g, network.Build(g, frame.Pad(g, normalized)));
        var beyond = g.Sub(image, g.Clip(image, minimum, maximum));
        return g.Add(g.Clip(g.Add(g.Mul(restored, width), minimum), minimum, maximum), beyond);
    }

    private static void DeclareRanges(GraphBuilder g, object count)
    {
        Declare(g.Graph.Input, RangeMinimum, Kind.Float, [count], "The intensity that the task maps to 0; metadata 'tat.tasks' lists the "
            + "ranges of the tasks. 0 for a task with the scaling 'Volume'.");
        Declare(g.Graph.Input, RangeMaximum, Kind.Float, [count],
            "The intensity that the task maps to 1; for the scaling 'Volume', 1.5 times the 99.5th percentile of the volume.");
    }

    private static void Declare(
        ICollection<ValueInfoProto> values, string name, Kind type, ReadOnlySpan<object> shape, string description) =>
        values.Add(GraphBuilder.TensorInfo(name, type, shape, description));

    private static void Return(GraphBuilder g, Value result) =>
        g.Graph.Node.Add(new NodeProto { Name = Restored, OpType = "Identity", Input = { result.Name }, Output = { Restored } });

    /// <summary>
    /// The size of an image, and padding to multiples of 8 at the bottom and the right: by reflection, or by repeating the edge where the
    /// image is too small for that.
    /// </summary>
    private sealed class Frame
    {
        private readonly Value _height;
        private readonly Value _width;
        private readonly Value _rows;
        private readonly Value _columns;

        public Frame(GraphBuilder g, Value height, Value width)
        {
            (_height, _width) = (height, width);
            (PaddedHeight, _rows) = PadAxis(g, height);
            (PaddedWidth, _columns) = PadAxis(g, width);
        }

        public Value PaddedHeight { get; }

        public Value PaddedWidth { get; }

        public Value AsImage(GraphBuilder g, Value pixels) => As(g, [1, 1], pixels);

        public Value As(GraphBuilder g, ReadOnlySpan<long> leading, Value pixels) =>
            g.Reshape(pixels, g.Concat(0, g.Integers(leading), _height, _width));

        public Value Pad(GraphBuilder g, Value image) => g.Gather(g.Gather(image, _rows, 2), _columns, 3);

        public Value Crop(GraphBuilder g, Value image) =>
            g.Slice(image, g.Integers(0, 0), g.Concat(0, _height, _width), g.Integers(2, 3));

        /// <summary>The padded length of an axis, and for each place on it where its value comes from.</summary>
        private static (Value Length, Value Source) PadAxis(GraphBuilder g, Value length)
        {
            var padded = g.Mul(g.Div(g.Add(length, g.Integers(NetworkPlan.SizeMultiple - 1)), g.Integers(NetworkPlan.SizeMultiple)),
                g.Integers(NetworkPlan.SizeMultiple));
            var last = g.Sub(length, g.Integers(1));
            var place = g.Range(padded);
            var reflected = g.Min(place, g.Sub(g.Add(last, last), place));
            var repeated = g.Min(place, last);
            return (padded, g.Node("Where", [g.Node("Less", [g.Sub(padded, length), length]), reflected, repeated]));
        }
    }
}
