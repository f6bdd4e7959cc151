namespace Tat.MLNet.Formats.Dicom;

/// <summary>The map from pixels to the patient of slices that lie behind each other at equal distances.</summary>
internal static class PlaneAffine
{
    /// <summary>The map; <see langword="null"/> where a slice does not tell its position, or the pixels their size.</summary>
    public static PatientAffine? Of(IReadOnlyList<DicomSlice> slices)
    {
        var (first, last) = (slices[0], slices[^1]);
        if (first.Plane is not { } plane || last.Plane is not { } end || first.Spacing is not { } spacing)
        {
            return null;
        }

        var column = plane.AlongRow * spacing.Columns;
        var row = plane.AlongColumn * spacing.Rows;
        var slice = (end.Position - plane.Position) * (1.0 / (slices.Count - 1));
        var origin = plane.Position;

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
