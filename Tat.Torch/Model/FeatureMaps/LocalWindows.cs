using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>The windows and cells of a map in both axes, in row-major order.</summary>
/// <remarks>
/// Attention over channels needs from the pixels only sums (of q·k, q², k²), and its result is linear in v. So the sums of a window are
/// those of its cells, and averaging the overlapping windows' outputs is the same as applying to each cell the mean of their attention
/// matrices: overlap costs no work on pixels.
/// </remarks>
internal sealed class LocalWindows(int height, int width, int window)
{
    private readonly WindowAxis _rows = new(height, window);
    private readonly WindowAxis _columns = new(width, window);

    public WindowAxis.Cell[] Rows => _rows.Cells;

    public WindowAxis.Cell[] Columns => _columns.Cells;

    /// <summary>The parts of cells that lie in some rows, row by row and from left to right.</summary>
    public IEnumerable<Part> Parts(int start, int count) => Parts(new WindowAxis.Cell(start, count), new(0, width));

    /// <summary>The parts of cells that lie in some rows and columns, row by row and from left to right.</summary>
    public IEnumerable<Part> Parts(WindowAxis.Cell rows, WindowAxis.Cell columns)
    {
        for (var i = 0; i < Rows.Length; i++)
        {
            var row = Rows[i].Common(rows);
            for (var j = 0; row.Length > 0 && j < Columns.Length; j++)
            {
                var column = Columns[j].Common(columns);
                if (column.Length > 0)
                {
                    yield return new((i * Columns.Length) + j, row.Start, row.Length, column);
                }
            }
        }
    }

    /// <summary>The columns of a cell.</summary>
    public WindowAxis.Cell ColumnsOf(int cell) => Columns[cell % Columns.Length];

    /// <summary>Whether one window covers the whole map: attention is global.</summary>
    public bool IsGlobal => _rows.Windows.Length == 1 && _columns.Windows.Length == 1;

    /// <summary>From cells to windows: the sums of each window.</summary>
    /// <param name="cells">cells×….</param>
    /// <returns>windows×….</returns>
    public Tensor SumCells(Tensor cells) => IsGlobal ? cells : Apply(Membership(transposed: false), cells);

    /// <summary>From windows to cells: the mean over the windows that contain each cell.</summary>
    /// <param name="windows">windows×….</param>
    /// <returns>cells×….</returns>
    public Tensor MeanOfWindows(Tensor windows)
    {
        if (IsGlobal)
        {
            return windows;
        }

        var membership = Membership(transposed: true);
        var columns = membership.GetLength(1);
        for (var cell = 0; cell < membership.GetLength(0); cell++)
        {
            var count = 0f;
            for (var i = 0; i < columns; i++)
            {
                count += membership[cell, i];
            }

            for (var i = 0; i < columns; i++)
            {
                membership[cell, i] /= count;
            }
        }

        return Apply(membership, windows);
    }

    private static Tensor Apply(float[,] matrix, Tensor values)
    {
        using var mixing = tensor(matrix, values.dtype, values.device);
        return mixing.mm(values.flatten(1)).reshape([matrix.GetLength(0), .. values.shape[1..]]);
    }

    /// <summary>windows × cells, 1 where the window contains the cell; or the other way round.</summary>
    private float[,] Membership(bool transposed)
    {
        var windows = _rows.Windows.Length * _columns.Windows.Length;
        var cells = Rows.Length * Columns.Length;
        var matrix = transposed ? new float[cells, windows] : new float[windows, cells];
        for (var window = 0; window < windows; window++)
        {
            var (byRow, byColumn) = (_rows.Windows[window / _columns.Windows.Length], _columns.Windows[window % _columns.Windows.Length]);
            for (var cell = 0; cell < cells; cell++)
            {
                if (byRow[cell / Columns.Length] && byColumn[cell % Columns.Length])
                {
                    matrix[transposed ? cell : window, transposed ? window : cell] = 1;
                }
            }
        }

        return matrix;
    }

    /// <summary>Some rows of a cell.</summary>
    /// <param name="Cell">Number of the cell.</param>
    /// <param name="Row">The first row, in the map.</param>
    /// <param name="Rows">Number of rows.</param>
    /// <param name="Column">The columns, of the cell.</param>
    public readonly record struct Part(int Cell, int Row, int Rows, WindowAxis.Cell Column);
}
