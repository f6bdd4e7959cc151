using Tat.Torch.Onnx.Schema;

namespace Tat.Torch.Onnx;

/// <summary>
/// The attention windows of a level, computed at run time from the height h and width w of its map. The edges of all windows cut the map
/// into disjoint cells, each of which takes its values to the output with one matrix, however many windows cover it.
/// </summary>
/// <remarks>
/// Windows as in test-time local attention: side min(h, k), as few as cover the axis, evenly stepped, the last one ending at the edge.
/// </remarks>
internal sealed class LevelGeometry
{
    private LevelGeometry(Value height, Value width) => (Height, Width) = (height, width);

    /// <summary>Rows of the map: one integer.</summary>
    public Value Height { get; }

    /// <summary>Columns of the map: one integer.</summary>
    public Value Width { get; }

    /// <summary>Number T of cells, an integer scalar: cell rows × cell columns, row by row.</summary>
    public required Value CellCount { get; init; }

    /// <summary>Number of windows, an integer scalar: window rows × window columns, row by row.</summary>
    public required Value WindowCount { get; init; }

    /// <summary>Where the queries and the keys of each window are, and the values of each cell.</summary>
    public required (Regions Queries, Regions Keys, Regions Values) Regions { get; init; }

    /// <summary>For rows and columns, cells × windows: 1 / (number of windows that cover the cell), or 0.</summary>
    public required (Value Rows, Value Columns) Shares { get; init; }

    /// <summary>Number of window rows and window columns: one integer each.</summary>
    public required (Value Rows, Value Columns) Windows { get; init; }

    /// <summary>For each of the h·w pixels, where it is when the map is stored cell by cell.</summary>
    public required Value CellOrder { get; init; }

    /// <summary>Adds the computation to a graph.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="height">Rows of the level's map, one integer.</param>
    /// <param name="width">Columns of the level's map, one integer.</param>
    /// <param name="window">Side k of the level's windows.</param>
    public static LevelGeometry Build(GraphBuilder g, Value height, Value width, int window)
    {
        var rows = Axis.Build(g, height, window);
        var columns = Axis.Build(g, width, window);

        // position(y, x) = y0·w + (cell rows)·x0 + (y − y0)·(cell columns) + (x − x0), with y0 and x0 the cell's first row and column.
        var (y0, tall) = rows.CellOfPixel(g);
        var (x0, wide) = columns.CellOfPixel(g);
        Value Down(Value v) => g.Reshape(v, -1, 1);
        var order = g.Add(
            g.Add(Down(g.Mul(y0, width)), g.Mul(Down(tall), x0)),
            g.Add(g.Mul(Down(g.Sub(rows.Pixels, y0)), wide), g.Sub(columns.Pixels, x0)));
        return new(height, width)
        {
            CellCount = g.Squeeze(g.Mul(g.Shape(rows.Starts), g.Shape(columns.Starts))),
            WindowCount = g.Squeeze(g.Mul(rows.Windows, columns.Windows)),
            Regions = (Onnx.Regions.Of(g, 0, rows.WindowEdges, columns.WindowEdges), Onnx.Regions.Of(g, 1, rows.WindowEdges,
                columns.WindowEdges), Onnx.Regions.Of(g, 2, (rows.Starts, rows.Ends), (columns.Starts, columns.Ends))),
            Shares = (rows.Share, columns.Share),
            Windows = (rows.Windows, columns.Windows),
            CellOrder = g.Reshape(order, -1),
        };
    }

    /// <summary>One axis: its cells, and how windows cover them.</summary>
    private sealed record Axis(
        Value Pixels, Value Starts, Value Ends, Value Windows, (Value Starts, Value Ends) WindowEdges, Value Share)
    {
        public static Axis Build(GraphBuilder g, Value length, int window)
        {
            var one = g.Integers(1);
            var side = g.Min(length, g.Integers(window));
            var gap = g.Sub(length, side);
            var windows = g.Add(g.Div(g.Sub(length, one), g.Integers(window)), one);
            var steps = g.Max(g.Sub(windows, one), one);
            var step = g.Div(g.Sub(g.Add(gap, steps), one), steps);

            var windowStarts = g.Min(g.Mul(g.Range(windows), step), gap);
            var windowEnds = g.Add(windowStarts, side);
            var edges = g.Node("Unique", [g.Concat(0, windowStarts, windowEnds)], GraphBuilder.Attribute("sorted", 1L));
            var starts = g.Slice(edges, 0, -1, 0);
            var ends = g.Slice(edges, 1, long.MaxValue, 0);

            var covers = g.Node("And",
            [
                g.Node("LessOrEqual", [g.Reshape(windowStarts, -1, 1), starts]),
                g.Node("LessOrEqual", [ends, g.Reshape(windowEnds, -1, 1)]),
            ]);
            var cover = g.Cast(covers, TensorProto.Types.DataType.Float);
            var share = g.Transpose(g.Div(cover, g.Node("ReduceSum", [cover, g.Integers(0)])), 1, 0);
            return new(g.Range(length), starts, ends, windows, (windowStarts, windowEnds), share);
        }

        /// <summary>For each pixel of the axis, the start of its cell and the cell's length.</summary>
        public (Value Start, Value Length) CellOfPixel(GraphBuilder g)
        {
            var after = g.Node("LessOrEqual", [Starts, g.Reshape(Pixels, -1, 1)]);
            var cell = g.Sub(g.Node("ReduceSum", [g.Cast(after, TensorProto.Types.DataType.Int64), g.Integers(1)],
                GraphBuilder.Attribute("keepdims", 0L)), g.Integers(1));
            return (g.Gather(Starts, cell, 0), g.Gather(g.Sub(Ends, Starts), cell, 0));
        }
    }
}
