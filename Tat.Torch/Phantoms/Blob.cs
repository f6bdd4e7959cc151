using Tat.Torch.Numerics;
using Tat.Torch.Randomness;

namespace Tat.Torch.Phantoms;

/// <summary>A superellipse whose radius waves smoothly at random around it.</summary>
internal sealed class Blob : Shape
{
    private const int Angles = 512;

    private readonly double _x;
    private readonly double _y;
    private readonly double _a;
    private readonly double _b;
    private readonly double _cosine;
    private readonly double _sine;
    private readonly double _exponent;
    private readonly float[] _radii = new float[Angles + 1];

    /// <summary>Creates the shape.</summary>
    /// <param name="random">Where the waves are drawn from.</param>
    /// <param name="x">Centre, to the right.</param>
    /// <param name="y">Centre, downwards.</param>
    /// <param name="a">Half width before rotation.</param>
    /// <param name="b">Half height before rotation.</param>
    /// <param name="rotation">Clockwise, in degrees.</param>
    /// <param name="exponent">2 is an ellipse, more is boxier.</param>
    /// <param name="roughness">Relative amplitude of the waves.</param>
    public Blob(ref RandomStream random, double x, double y, double a, double b, double rotation = 0, double exponent = 2,
        double roughness = 0.03)
    {
        (_x, _y, _a, _b, _exponent) = (x, y, a, b, exponent);
        (_sine, _cosine) = Math.SinCos(rotation * Math.PI / 180);
        Array.Fill(_radii, 1);
        for (var wave = 2; wave <= 7; wave++)
        {
            var amplitude = roughness * random.NextNormal() * 2 / wave;
            var phase = random.NextUniform(0, 2 * Math.PI);
            for (var i = 0; i <= Angles; i++)
            {
                _radii[i] += (float)(amplitude * Math.Cos((wave * 2 * Math.PI * i / Angles) + phase));
            }
        }
    }

    public override (double X, double Y, double Radius) Bounds => (_x, _y, 1.5 * Math.Max(_a, _b));

    public override double Distance(double x, double y)
    {
        var (dx, dy) = (x - _x, y - _y);
        var (u, v) = ((dx * _cosine) + (dy * _sine), (dy * _cosine) - (dx * _sine));
        var radius = Math.Sqrt((u * u) + (v * v));
        var (p, q) = (Math.Abs(u / _a), Math.Abs(v / _b));
        var norm = _exponent == 2 ? Math.Sqrt((p * p) + (q * q)) : Math.Pow(Math.Pow(p, _exponent) + Math.Pow(q, _exponent), 1 / _exponent);
        return norm < 1e-6 ? -Math.Min(_a, _b) : radius * (1 - (RadiusFactor(u, v) / norm));
    }

    /// <summary>The point of the outline, moved outwards by some mm, in a direction; and the direction of the outline there.</summary>
    public (double X, double Y, double TangentX, double TangentY) OutlineAt(double degrees, double outwards)
    {
        (double X, double Y) Point(double angle)
        {
            var (sine, cosine) = Math.SinCos(angle);
            var (u, v) = (_a * Math.Sign(cosine) * Math.Pow(Math.Abs(cosine), 2 / _exponent),
                _b * Math.Sign(sine) * Math.Pow(Math.Abs(sine), 2 / _exponent));
            var factor = RadiusFactor(u, v) + (outwards / Math.Sqrt((u * u) + (v * v)));
            return (_x + (factor * ((u * _cosine) - (v * _sine))), _y + (factor * ((u * _sine) + (v * _cosine))));
        }

        var (x, y) = Point(degrees * Math.PI / 180);
        var (nextX, nextY) = Point((degrees * Math.PI / 180) + 0.01);
        var length = Math.Sqrt(((nextX - x) * (nextX - x)) + ((nextY - y) * (nextY - y)));
        return (x, y, (nextX - x) / length, (nextY - y) / length);
    }

    private double RadiusFactor(double u, double v)
    {
        var position = (Math.Atan2(v, u) + Math.PI) * (Angles / (2 * Math.PI));
        var index = Math.Min((int)position, Angles - 1);
        return _radii[index] + ((position - index) * (_radii[index + 1] - _radii[index]));
    }
}
