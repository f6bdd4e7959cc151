namespace Tat.Torch.Onnx;

/// <summary>The weights of a network by their published names, and the rearrangements of them that the graph wants.</summary>
internal sealed class GraphWeights(IReadOnlyDictionary<string, WeightArray> weights)
{
    public WeightArray this[string name] => weights.TryGetValue(name, out var weight)
        ? weight
        : throw new KeyNotFoundException($"The network has no weight '{name}'; its options and its weights do not belong together.");
}

/// <summary>Values in row-major order and their shape.</summary>
internal sealed record WeightArray(float[] Values, long[] Shape)
{
    /// <summary>The array as a matrix: the first axis by all others.</summary>
    public (int Rows, int Columns) Matrix => ((int)Shape[0], Values.Length / (int)Shape[0]);

    /// <summary>Rows [start, start + count) of the matrix, followed by rows of zeros up to a number.</summary>
    public WeightArray Rows(int start, int count, int padded)
    {
        var columns = Matrix.Columns;
        var values = new float[padded * columns];
        Values.AsSpan(start * columns, count * columns).CopyTo(values);
        return new(values, [padded, columns]);
    }

    /// <summary>The rows of some output channels.</summary>
    public WeightArray Rows(Channels part) => Rows(part.Start, part.Count, part.Padded);

    /// <summary>Columns [start, start + count) of the matrix.</summary>
    public WeightArray Columns(int start, int count)
    {
        var (rows, columns) = Matrix;
        var values = new float[rows * count];
        for (var row = 0; row < rows; row++)
        {
            Values.AsSpan((row * columns) + start, count).CopyTo(values.AsSpan(row * count));
        }

        return new(values, [rows, count]);
    }

    /// <summary>The matrix with its axes exchanged.</summary>
    public WeightArray Transposed()
    {
        var (rows, columns) = Matrix;
        var values = new float[Values.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                values[(column * rows) + row] = Values[(row * columns) + column];
            }
        }

        return new(values, [columns, rows]);
    }

    /// <summary>The same values in another shape.</summary>
    public WeightArray As(params long[] shape) => new(Values, shape);
}

/// <summary>
/// Output channels of a layer that are computed together: [Start, Start + Count), followed by channels of zeros up to Padded.
/// </summary>
internal readonly record struct Channels(int Start, int Count, int Padded, string Suffix = "");
