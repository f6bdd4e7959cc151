using System.Globalization;

namespace Tat.MLNet.Formats;

/// <summary>
/// The position of a scan's pixels: maps (column, row, slice) to millimetres in the patient, +x right, +y anterior, +z superior (the axes
/// of
/// NIfTI).
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed class PatientAffine
{
    private readonly double[,] _matrix;

    /// <summary>Creates the map.</summary>
    /// <param name="matrix">3 × 4: the columns are the steps from one column, row and slice to the next, and the position of the first
    /// pixel; in mm.</param>
    /// <exception cref="ArgumentException">The matrix is not 3 × 4, or has a number that is not finite.</exception>
    public PatientAffine(double[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.GetLength(0) != 3 || matrix.GetLength(1) != 4)
        {
            throw new ArgumentException(
                $"An affine map has 3 × 4 numbers; {matrix.GetLength(0)} × {matrix.GetLength(1)} were given.", nameof(matrix));
        }

        if (!matrix.Cast<double>().All(double.IsFinite))
        {
            throw new ArgumentException("An affine map has finite numbers.", nameof(matrix));
        }

        _matrix = (double[,])matrix.Clone();
        Orientation = FindOrientation();
    }

    /// <summary>Towards what columns, rows and slices count upwards, for example <c>LAS</c>: left, anterior, superior.</summary>
    public string Orientation { get; }

    /// <summary>A number of the 3 × 4 matrix.</summary>
    public double this[int row, int column] => _matrix[row, column];

    /// <summary>The plane of the slices: the one whose normal is nearest to theirs.</summary>
    public SlicePlane SlicePlane => PlaneAcross(2);

    /// <summary>The plane in which slices along an axis lie; 0 columns, 1 rows, 2 slices.</summary>
    internal SlicePlane PlaneAcross(int axis) => Orientation[axis] switch
    {
        'S' or 'I' => SlicePlane.Axial,
        'A' or 'P' => SlicePlane.Coronal,
        _ => SlicePlane.Sagittal,
    };

    /// <summary>The map for axes in another order.</summary>
    internal PatientAffine Permute(int column, int row, int slice)
    {
        int[] sources = [column, row, slice, 3];
        var matrix = new double[3, 4];
        for (var i = 0; i < 12; i++)
        {
            matrix[i / 4, i % 4] = _matrix[i / 4, sources[i % 4]];
        }

        return new(matrix);
    }

    /// <summary>The map for columns and rows whose steps are longer or shorter, from the same first pixel.</summary>
    internal PatientAffine Scale(double column, double row)
    {
        double[] scales = [column, row, 1, 1];
        var matrix = new double[3, 4];
        for (var i = 0; i < 12; i++)
        {
            matrix[i / 4, i % 4] = _matrix[i / 4, i % 4] * scales[i % 4];
        }

        return new(matrix);
    }

    /// <summary>The matrix as text: three rows of four numbers.</summary>
    public override string ToString() => string.Join("; ", Enumerable.Range(0, 3).Select(row =>
        string.Join(' ', Enumerable.Range(0, 4)
            .Select(column => (_matrix[row, column] + 0.0).ToString("G6", CultureInfo.InvariantCulture)))));

    /// <summary>Gives each axis the direction that it runs along most, the clearest axis first.</summary>
    private string FindOrientation()
    {
        var codes = new char[3];
        var taken = new bool[3];
        for (var round = 0; round < 3; round++)
        {
            var (best, axis, direction) = (-1.0, 0, 0);
            for (var column = 0; column < 3; column++)
            {
                var norm = Math.Sqrt(Enumerable.Range(0, 3).Sum(row => _matrix[row, column] * _matrix[row, column]));
                for (var row = 0; row < 3 && codes[column] == 0; row++)
                {
                    var cosine = norm > 0 ? Math.Abs(_matrix[row, column]) / norm : 0;
                    if (!taken[row] && cosine > best)
                    {
                        (best, axis, direction) = (cosine, column, row);
                    }
                }
            }

            taken[direction] = true;
            codes[axis] = "LRPAIS"[(2 * direction) + (_matrix[direction, axis] > 0 ? 1 : 0)];
        }

        return new string(codes);
    }
}
