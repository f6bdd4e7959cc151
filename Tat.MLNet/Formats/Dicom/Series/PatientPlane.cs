using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Where a slice lies in the patient (PS3.3, section C.7.6.2).</summary>
/// <param name="Position">The centre of its first pixel.</param>
/// <param name="AlongRow">The direction in which the column index grows.</param>
/// <param name="AlongColumn">The direction in which the row index grows.</param>
internal sealed record PatientPlane(Vector3 Position, Vector3 AlongRow, Vector3 AlongColumn)
{
    public Vector3 Normal => AlongRow.Cross(AlongColumn);

    /// <summary>The plane of a frame; <see langword="null"/> where the object does not tell.</summary>
    public static PatientPlane? Of(DicomDataSet dataSet, int frame)
    {
        var position = Vector3.Of(FunctionalGroups.GetDoubles(dataSet, frame, Tags.PlanePositionSequence, Tags.ImagePositionPatient));
        var orientation = FunctionalGroups.GetDoubles(dataSet, frame, Tags.PlaneOrientationSequence, Tags.ImageOrientationPatient);
        if (position is null || orientation.Length < 6)
        {
            return null;
        }

        var plane = new PatientPlane(position.Value, Vector3.Of(orientation)!.Value, Vector3.Of(orientation.AsSpan(3))!.Value);

        // Directions that are no unit vectors at right angles tell nothing.
        return Math.Abs(plane.Normal.Length - 1) < 0.02 ? plane : null;
    }
}
