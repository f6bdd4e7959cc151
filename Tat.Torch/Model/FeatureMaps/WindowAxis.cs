namespace Tat.Torch.Model.FeatureMaps;

/// <summary>
/// One axis of a map cut into the overlapping windows of test-time local attention (Chu et al., ECCV 2022, as the authors of TAT apply it)
/// and into the disjoint cells between the edges of those windows.
/// </summary>
internal sealed class WindowAxis
{
    /// <summary>Cuts an axis.</summary>
    /// <param name="length">Length of the axis.</param>
    /// <param name="window">Largest length of a window.</param>
    public WindowAxis(int length, int window)
    {
        window = Math.Min(length, window);
        var count = ((length - 1) / window) + 1;
        var step = count == 1 ? window : (int)Math.Ceiling(((length - window) / (double)(count - 1)) - 1e-8);
        var starts = new List<int> { 0 };
        while (starts[^1] + window < length)
        {
            // The last window is pulled back to end at the edge.
            starts.Add(Math.Min(starts[^1] + step, length - window));
        }

        var edges = starts.Concat(starts.Select(start => start + window)).Distinct().Order().ToArray();
        Cells = [.. edges.Zip(edges.Skip(1), (start, end) => new Cell(start, end - start))];
        Windows = [.. starts.Select(start => Cells.Select(cell => cell.Start >= start && cell.Start < start + window).ToArray())];
    }

    /// <summary>The cells, in order; they cover the axis.</summary>
    public Cell[] Cells { get; }

    /// <summary>For each window, whether it contains each cell.</summary>
    public bool[][] Windows { get; }

    /// <summary>A stretch of the axis.</summary>
    public readonly record struct Cell(int Start, int Length)
    {
        /// <summary>What two stretches share; of length 0 where that is nothing.</summary>
        public Cell Common(Cell other)
        {
            var start = Math.Max(Start, other.Start);
            return new(start, Math.Max(0, Math.Min(Start + Length, other.Start + other.Length) - start));
        }
    }
}
