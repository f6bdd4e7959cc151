namespace Tat.Torch.Onnx;

/// <summary>Rectangles of queries, keys or values in maps of 3×C×h×w: row by row, what a slice along axes 0, 2 and 3 needs, T×3.</summary>
/// <param name="Starts">Queries, keys or values; first row; first column.</param>
/// <param name="Ends">The same after the last.</param>
internal sealed record Regions(Value Starts, Value Ends)
{
    /// <summary>Tables all rectangles of some rows and some columns.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="which">Queries (0), keys (1) or values (2).</param>
    /// <param name="rows">First rows, and those after the last.</param>
    /// <param name="columns">First columns, and those after the last.</param>
    public static Regions Of(GraphBuilder g, int which, (Value Starts, Value Ends) rows, (Value Starts, Value Ends) columns)
    {
        var grid = g.Concat(0, g.Shape(rows.Starts), g.Shape(columns.Starts), g.Integers(1));
        Value Table(int first, Value ofRows, Value ofColumns) => g.Reshape(
            g.Concat(2, g.Expand(g.Integers(first), grid), g.Expand(g.Reshape(ofRows, -1, 1, 1), grid),
                g.Expand(g.Reshape(ofColumns, 1, -1, 1), grid)),
            -1, 3);
        return new(Table(which, rows.Starts, columns.Starts), Table(which + 1, rows.Ends, columns.Ends));
    }

    /// <summary>One rectangle of a map, in any shape.</summary>
    public Value Cut(GraphBuilder g, Value map, Value index, params ReadOnlySpan<long> shape) =>
        g.Reshape(g.Slice(map, g.Gather(Starts, index, 0), g.Gather(Ends, index, 0), g.Integers(0, 2, 3)), shape);
}
