using Tat.MLNet.Formats;

namespace Tat.Samples.Service.Viewing;

/// <summary>
/// How a slice is turned so that people see it as they are used to: the patient's left on the right, front or head above; and what lies
/// beyond its edges: L, R, A, P, S or I.
/// </summary>
/// <param name="Transpose">Whether rows become columns, after the flips.</param>
/// <param name="FlipRows">Whether the last row comes first.</param>
/// <param name="FlipColumns">Whether the last column comes first.</param>
/// <param name="Left">What lies beyond the left edge of the picture.</param>
/// <param name="Right">What lies beyond its right edge.</param>
/// <param name="Top">What lies above it.</param>
/// <param name="Bottom">What lies below it.</param>
internal sealed record ViewOrientation(
    bool Transpose, bool FlipRows, bool FlipColumns, string Left, string Right, string Top, string Bottom)
{
    /// <summary>What the right and the lower edge of a picture show, one for each axis of the patient, and their opposites.</summary>
    private const string Shown = "LPI", Opposite = "RAS";

    /// <summary>The way to show a scan; <see langword="null"/> where it does not tell how the patient lies in it.</summary>
    public static ViewOrientation? Of(PatientAffine? affine)
    {
        if (affine is null)
        {
            return null;
        }

        var (columns, rows) = (affine.Orientation[0], affine.Orientation[1]);
        var (across, down) = (AxisOf(columns), AxisOf(rows));
        var transpose = across > down;
        if (transpose)
        {
            (across, down) = (down, across);
        }

        return new(transpose, !Shown.Contains(rows), !Shown.Contains(columns),
            $"{Opposite[across]}", $"{Shown[across]}", $"{Opposite[down]}", $"{Shown[down]}");
    }

    private static int AxisOf(char code) => Math.Max(Shown.IndexOf(code), Opposite.IndexOf(code));
}
