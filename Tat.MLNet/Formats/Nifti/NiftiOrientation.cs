using System.Globalization;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Where voxels are in the patient: the 3 × 4 affine matrix from voxel indices to millimetres, +x right, +y anterior, +z superior (NIfTI-1 standard, methods 2 and 3).</summary>
internal static class NiftiOrientation
{
    /// <summary>The sform's matrix if there is one, else the qform's, else <see langword="null"/>: then the header does not tell.</summary>
    public static double[,]? AffineOf(NiftiHeader header) => header.SformCode > 0 ? Sform(header) : header.QformCode > 0 ? Qform(header) : null;

    /// <summary>Towards what columns, rows and slices count upwards, for example <c>LAS</c>: left, anterior, superior.</summary>
    public static string CodesOf(double[,] affine)
    {
        var codes = new char[3];
        var taken = new bool[3];
        for (var round = 0; round < 3; round++)
        {
            var (best, axis, direction) = (-1.0, 0, 0);
            for (var column = 0; column < 3; column++)
            {
                var norm = Math.Sqrt(Enumerable.Range(0, 3).Sum(row => affine[row, column] * affine[row, column]));
                for (var row = 0; row < 3 && codes[column] == 0; row++)
                {
                    var cosine = norm > 0 ? Math.Abs(affine[row, column]) / norm : 0;
                    if (!taken[row] && cosine > best)
                    {
                        (best, axis, direction) = (cosine, column, row);
                    }
                }
            }

            taken[direction] = true;
            codes[axis] = "LRPAIS"[(2 * direction) + (affine[direction, axis] > 0 ? 1 : 0)];
        }

        return new string(codes);
    }

    /// <summary>The matrix as text: rows of four numbers.</summary>
    public static string Format(double[,] affine) => string.Join("; ", Enumerable.Range(0, 3).Select(row =>
        string.Join(' ', Enumerable.Range(0, 4).Select(column => affine[row, column].ToString("G6", CultureInfo.InvariantCulture)))));

    private static double[,] Sform(NiftiHeader header)
    {
        var affine = new double[3, 4];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 4; column++)
            {
                affine[row, column] = header.SformRow(row, column);
            }
        }

        return affine;
    }

    private static double[,] Qform(NiftiHeader header)
    {
        var (b, c, d) = (header.Quaternion(0), header.Quaternion(1), header.Quaternion(2));
        var squares = (b * b) + (c * c) + (d * d);
        var a = Math.Sqrt(Math.Max(0, 1 - squares));
        if (squares > 1)
        {
            var norm = Math.Sqrt(squares);
            (b, c, d) = (b / norm, c / norm, d / norm);
        }

        double[,] rotation =
        {
            { (a * a) + (b * b) - (c * c) - (d * d), 2 * ((b * c) - (a * d)), 2 * ((b * d) + (a * c)) },
            { 2 * ((b * c) + (a * d)), (a * a) + (c * c) - (b * b) - (d * d), 2 * ((c * d) - (a * b)) },
            { 2 * ((b * d) - (a * c)), 2 * ((c * d) + (a * b)), (a * a) + (d * d) - (c * c) - (b * b) },
        };
        var handedness = header.PixelDimension(0) < 0 ? -1 : 1;
        var affine = new double[3, 4];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                affine[row, column] = rotation[row, column] * header.PixelDimension(column + 1) * (column == 2 ? handedness : 1);
            }

            affine[row, 3] = header.Quaternion(3 + row);
        }

        return affine;
    }
}
