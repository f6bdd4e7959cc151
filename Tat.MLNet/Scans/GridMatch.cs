using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Scans;

/// <summary>How the voxels of one scan are those of another one whose axes have another order or direction.</summary>
internal sealed class GridMatch
{
    /// <summary>
    /// How far apart, as part of a voxel, the same corner may be: headers round, and some programs take the distance of the first two
    /// slices for all.
    /// </summary>
    private const double Tolerance = 0.25;

    private readonly IImageScan _scan;
    private readonly IImageScan _target;
    private readonly bool _isTransposed;
    private readonly bool[] _isReversed;

    private GridMatch(IImageScan scan, IImageScan target, bool isTransposed, bool[] isReversed) =>
        (_scan, _target, _isTransposed, _isReversed) = (scan, target, isTransposed, isReversed);

    /// <summary>Finds a scan in the grid of another one.</summary>
    /// <returns>The match; <see langword="null"/> where the grids differ, or one of the scans does not tell its own.</returns>
    public static GridMatch? Of(IImageScan scan, IImageScan target)
    {
        if (scan.Affine is null || target.Affine is null
            || scan.SliceCount / scan.SlicesPerVolume != target.SliceCount / target.SlicesPerVolume)
        {
            return null;
        }

        // The slices of the scan may be the columns or rows of the target.
        return new[] { scan, new ReslicedScan(scan, 0), new ReslicedScan(scan, 1) }
            .SelectMany(cut => Enumerable.Range(0, 16)
                .Select(way => new GridMatch(cut, target, (way & 8) != 0, [(way & 1) != 0, (way & 2) != 0, (way & 4) != 0])))
            .FirstOrDefault(match => match.Fits());
    }

    /// <summary>The scan's slices, in the order of the target and as its pixels lie.</summary>
    public IEnumerable<ImageSlice> Slices()
    {
        for (var i = 0; i < _target.SliceCount; i++)
        {
            var slice = i % _target.SlicesPerVolume;
            var source = _scan.ReadSlice(i - slice + (_isReversed[2] ? _target.SlicesPerVolume - 1 - slice : slice));
            var pixels = new float[source.Pixels.Length];
            for (var at = 0; at < pixels.Length; at++)
            {
                var (column, row, _) = Map(at % _target.Columns, at / _target.Columns, 0);
                pixels[at] = source.Pixels[(row * source.Width) + column];
            }

            yield return new ImageSlice(pixels, _target.Rows, _target.Columns);
        }
    }

    /// <summary>Whether sizes are the same and all corners lie where those of the target do.</summary>
    private bool Fits()
    {
        var (columns, rows) = _isTransposed ? (_scan.Rows, _scan.Columns) : (_scan.Columns, _scan.Rows);
        if (columns != _target.Columns || rows != _target.Rows || _scan.SlicesPerVolume != _target.SlicesPerVolume)
        {
            return false;
        }

        return Enumerable.Range(0, 8).All(corner =>
        {
            var at = ((corner & 1) * (columns - 1), (corner >> 1 & 1) * (rows - 1), (corner >> 2) * (_target.SlicesPerVolume - 1));
            return AreNear(Place(_target.Affine!, at), Place(_scan.Affine!, Map(at.Item1, at.Item2, at.Item3)));
        });
    }

    /// <summary>Whether two places in mm are within a part of a voxel along each axis.</summary>
    private bool AreNear(double[] a, double[] b) => Enumerable.Range(0, 3).All(axis =>
    {
        double[] step = [.. Enumerable.Range(0, 3).Select(row => _target.Affine![row, axis])];
        return Math.Abs(step.Select((part, row) => part * (a[row] - b[row])).Sum()) <= Tolerance * step.Sum(part => part * part);
    });

    /// <summary>Where a voxel of the target is in the scan.</summary>
    private (int Column, int Row, int Slice) Map(int column, int row, int slice)
    {
        column = _isReversed[0] ? _target.Columns - 1 - column : column;
        row = _isReversed[1] ? _target.Rows - 1 - row : row;
        slice = _isReversed[2] ? _target.SlicesPerVolume - 1 - slice : slice;
        return _isTransposed ? (row, column, slice) : (column, row, slice);
    }

    private static double[] Place(PatientAffine affine, (int Column, int Row, int Slice) at) =>
        [.. Enumerable.Range(0, 3)
            .Select(row => (affine[row, 0] * at.Column) + (affine[row, 1] * at.Row) + (affine[row, 2] * at.Slice) + affine[row, 3])];
}
