namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>A rectangle whose right and lower edges are outside.</summary>
internal readonly record struct Area(long X0, long Y0, long X1, long Y1)
{
    public long Width => Math.Max(0, X1 - X0);

    public long Height => Math.Max(0, Y1 - Y0);

    public bool IsEmpty => X1 <= X0 || Y1 <= Y0;

    public static long CeilingOf(long value, long divisor) => (value + divisor - 1) / divisor;

    /// <summary>What is left of it on a coarser grid.</summary>
    public Area Divide(long stepX, long stepY) =>
        new(CeilingOf(X0, stepX), CeilingOf(Y0, stepY), CeilingOf(X1, stepX), CeilingOf(Y1, stepY));

    public Area Intersect(Area other) =>
        new(Math.Max(X0, other.X0), Math.Max(Y0, other.Y0), Math.Min(X1, other.X1), Math.Min(Y1, other.Y1));
}
