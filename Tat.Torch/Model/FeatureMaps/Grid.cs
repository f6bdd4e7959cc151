using Tat.Torch.Runtime;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>A map cut into pieces, each a stretch of columns, which cores take by turns.</summary>
internal sealed class Grid
{
    private readonly int _height;
    private readonly int _width;
    private readonly int _stretches;
    private readonly int _bands;

    /// <summary>Cuts a map.</summary>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="columns">About the columns of a piece.</param>
    public Grid(int height, int width, int columns)
    {
        (_height, _width, _stretches) = (height, width, Math.Max(1, width / columns));
        _bands = Bands.CountFor(height, ComputeThreads.Cores, _stretches);
    }

    /// <summary>Number of pieces.</summary>
    public int Pieces => _stretches * _bands;

    /// <summary>The rows and columns of a piece.</summary>
    public (WindowAxis.Cell Rows, WindowAxis.Cell Columns) this[int piece]
    {
        get
        {
            var (band, stretch) = (piece / _stretches, piece % _stretches);
            var (top, left) = (_height * band / _bands, BeginOf(stretch));
            return (new(top, (_height * (band + 1) / _bands) - top), new(left, BeginOf(stretch + 1) - left));
        }
    }

    /// <summary>How many pieces there are that have some of these columns.</summary>
    public int CountWith(WindowAxis.Cell columns) =>
        _bands * (StretchOf(columns.Start + columns.Length - 1) - StretchOf(columns.Start) + 1);

    /// <summary>The index of a piece among those that have some of these columns.</summary>
    public int IndexWith(WindowAxis.Cell columns, int piece) =>
        (((piece % _stretches) - StretchOf(columns.Start)) * _bands) + (piece / _stretches);

    private int BeginOf(int stretch) => _width * stretch / _stretches;

    private int StretchOf(int column)
    {
        var stretch = column * _stretches / _width;
        return BeginOf(stretch + 1) <= column ? stretch + 1 : stretch;
    }
}
