namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>A point or direction in the patient's coordinates, in mm (PS3.3, section C.7.6.2.1.1).</summary>
internal readonly record struct Vector3(double X, double Y, double Z)
{
    public double Length => Math.Sqrt(Dot(this));

    public static Vector3 operator -(Vector3 a, Vector3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vector3 operator *(Vector3 a, double factor) => new(a.X * factor, a.Y * factor, a.Z * factor);

    /// <summary>Three of the values; <see langword="null"/> where there are fewer.</summary>
    public static Vector3? Of(ReadOnlySpan<double> values) => values.Length >= 3 ? new Vector3(values[0], values[1], values[2]) : null;

    public double Dot(Vector3 other) => (X * other.X) + (Y * other.Y) + (Z * other.Z);

    public Vector3 Cross(Vector3 other) => new((Y * other.Z) - (Z * other.Y), (Z * other.X) - (X * other.Z), (X * other.Y) - (Y * other.X));
}
