namespace Tat.Torch.Phantoms;

/// <summary>A line through points, with a radius at each: a vessel, a rib, a fissure.</summary>
internal sealed class Stroke(params (double X, double Y, double Radius)[] points) : Shape
{
    public override (double X, double Y, double Radius) Bounds
    {
        get
        {
            var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
            return (x, y, points.Max(point => Math.Sqrt(((point.X - x) * (point.X - x)) + ((point.Y - y) * (point.Y - y))) + point.Radius));
        }
    }

    public override double Distance(double x, double y)
    {
        var nearest = double.MaxValue;
        for (var i = 0; i < Math.Max(1, points.Length - 1); i++)
        {
            var (a, b) = (points[i], points[Math.Min(i + 1, points.Length - 1)]);
            var (dx, dy) = (b.X - a.X, b.Y - a.Y);
            var square = (dx * dx) + (dy * dy);
            var t = square == 0 ? 0 : Math.Clamp((((x - a.X) * dx) + ((y - a.Y) * dy)) / square, 0, 1);
            var (nearX, nearY) = (x - a.X - (t * dx), y - a.Y - (t * dy));
            nearest = Math.Min(nearest, Math.Sqrt((nearX * nearX) + (nearY * nearY)) - a.Radius - (t * (b.Radius - a.Radius)));
        }

        return nearest;
    }
}
