namespace Tat.Torch.Phantoms;

/// <summary>A region of the plane, in mm.</summary>
internal abstract class Shape
{
    /// <summary>About how far a point lies outside the region, in mm; negative inside.</summary>
    public abstract double Distance(double x, double y);

    /// <summary>A circle that holds the region.</summary>
    public abstract (double X, double Y, double Radius) Bounds { get; }
}
