namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>The map from pixels to the patient of slices that lie behind each other at equal distances, or of one slice.</summary>
internal static class PlaneAffine
{
    /// <summary>
    /// The map; <see langword="null"/> where a slice does not tell its position, or the pixels their size. The next slice after a single
    /// one would lie behind it as far as the slice is thick, or 1 mm where it does not tell.
    /// </summary>
    public static PatientAffine? Of(DicomSlice first, DicomSlice last, int count)
    {
        if (first.Plane is not { } plane || last.Plane is not { } end || first.Spacing is not { } spacing)
        {
            return null;
        }

        var column = plane.AlongRow * spacing.Columns;
        var row = plane.AlongColumn * spacing.Rows;
        var slice = count == 1
            ? plane.Normal * (first.Thickness ?? first.NominalDistance ?? 1)
            : (end.Position - plane.Position) * (1.0 / (count - 1));
        var origin = plane.Position;
        if (slice.Length == 0)
        {
            return null;
        }

        // DICOM counts x towards the left and y towards the back.
        double[,] matrix =
        {
            { -column.X, -row.X, -slice.X, -origin.X },
            { -column.Y, -row.Y, -slice.Y, -origin.Y },
            { column.Z, row.Z, slice.Z, origin.Z },
        };
        return matrix.Cast<double>().All(double.IsFinite) ? new PatientAffine(matrix) : null;
    }
}
