namespace Tat.MLNet.Formats.Nifti;

/// <summary>
/// Where voxels are in the patient: the 3 × 4 affine matrix from voxel indices to millimetres, whatever the unit of the header, +x right,
/// +y anterior, +z superior (NIfTI-1 standard, methods 2 and 3).
/// </summary>
internal static class NiftiOrientation
{
    /// <summary>The sform's matrix if there is one, else the qform's, else <see langword="null"/>: then the header does not tell.</summary>
    public static PatientAffine? AffineOf(NiftiHeader header) =>
        header.SformCode > 0 && IsMap(Sform(header)) ? new(Sform(header))
            : header.QformCode > 0 && IsMap(Qform(header)) ? new(Qform(header)) : null;

    /// <summary>What of a header is not as the standard says, as a sentence; <see langword="null"/> where all is.</summary>
    public static string? ProblemOf(NiftiHeader header)
    {
        var problems = new List<string>();
        if (header.SformCode > 0 && !IsMap(Sform(header)))
        {
            problems.Add("the sform is no map of voxels to millimetres and is not used");
        }

        if (header.QformCode > 0 && !IsMap(Qform(header)))
        {
            problems.Add("the qform is no map of voxels to millimetres and is not used");
        }

        // What single precision makes of a rotation is within a millionth of it.
        if (header.QformCode > 0 && Enumerable.Range(0, 3).Sum(i => header.Quaternion(i) * header.Quaternion(i)) > 1.0001)
        {
            problems.Add("the quaternion of the qform is longer than 1, and is scaled");
        }

        if (Enumerable.Range(1, 3).Any(axis => header.PixelDimension(axis) < 0))
        {
            problems.Add("pixdim is negative, and its magnitude is used");
        }

        var axes = (int)Math.Min(3, header.Dimension(0));
        if (header.QformCode > 0 && Enumerable.Range(1, axes).Any(axis => header.PixelDimension(axis) == 0))
        {
            problems.Add("pixdim is 0, and the qform takes it for 1");
        }

        return problems.Count > 0 ? string.Join("; ", problems) : null;
    }

    /// <summary>Whether a matrix takes different voxels to different places: not one of zeros, or of what are no numbers.</summary>
    private static bool IsMap(double[,] m)
    {
        double Length(int column) =>
            Math.Sqrt((m[0, column] * m[0, column]) + (m[1, column] * m[1, column]) + (m[2, column] * m[2, column]));
        var determinant =
            (m[0, 0] * ((m[1, 1] * m[2, 2]) - (m[1, 2] * m[2, 1]))) -
            (m[0, 1] * ((m[1, 0] * m[2, 2]) - (m[1, 2] * m[2, 0]))) +
            (m[0, 2] * ((m[1, 0] * m[2, 1]) - (m[1, 1] * m[2, 0])));
        return m.Cast<double>().All(double.IsFinite) && Math.Abs(determinant) > 1e-6 * Length(0) * Length(1) * Length(2);
    }

    private static double[,] Sform(NiftiHeader header)
    {
        var affine = new double[3, 4];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 4; column++)
            {
                affine[row, column] = header.SformRow(row, column) * header.Millimetres;
            }
        }

        return affine;
    }

    /// <summary>
    /// Sizes of voxels are positive: the sign of pixdim says nothing, but that of pixdim[0]. A size of 0 was left out, and counts as 1, as
    /// in the standard's own library.
    /// </summary>
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
        double Size(int axis) => header.PixelDimension(axis) == 0 ? 1 : Math.Abs(header.PixelDimension(axis));
        var affine = new double[3, 4];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                affine[row, column] = rotation[row, column] * Size(column + 1) * (column == 2 ? handedness : 1) * header.Millimetres;
            }

            affine[row, 3] = header.Quaternion(3 + row) * header.Millimetres;
        }

        return affine;
    }
}
