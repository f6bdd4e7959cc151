namespace Tat.MLNet.Formats.Nifti;

/// <summary>Where voxels are in the patient: the 3 × 4 affine matrix from voxel indices to millimetres, +x right, +y anterior, +z superior (NIfTI-1 standard, methods 2 and 3).</summary>
internal static class NiftiOrientation
{
    /// <summary>The sform's matrix if there is one, else the qform's; <see langword="null"/> where the header does not tell, or in numbers that are none.</summary>
    public static PatientAffine? AffineOf(NiftiHeader header)
    {
        double[,]? matrix = header.SformCode > 0 ? Sform(header) : header.QformCode > 0 ? Qform(header) : null;
        return matrix is not null && matrix.Cast<double>().All(double.IsFinite) ? new(matrix) : null;
    }

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
