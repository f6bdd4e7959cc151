using Tat.Torch.Numerics;
using Tat.Torch.Randomness;

namespace Tat.Torch.Phantoms;

/// <summary>
/// A smooth random function of the plane with mean 0 and variance 1: normal numbers on a lattice, interpolated by cubic B-splines.
/// </summary>
/// <remarks>The lattice is laid in mm, so the function does not depend on the pixels that sample it.</remarks>
internal sealed class SmoothField
{
    private readonly float[] _coefficients;
    private readonly int _side;
    private readonly double _spacing;

    private SmoothField(float[] coefficients, int side, double spacing) => (_coefficients, _side, _spacing) = (coefficients, side, spacing);

    /// <summary>A field of all wavelengths above about twice the lattice spacing.</summary>
    /// <param name="extent">Side in mm of the square, around the origin, that it covers.</param>
    /// <param name="spacing">Lattice spacing in mm.</param>
    /// <param name="random">Where it is drawn from.</param>
    public static SmoothField Create(double extent, double spacing, RandomStream random)
    {
        var (lattice, side) = WhiteNoise(extent, spacing, random);
        return Normalized(lattice, side, spacing);
    }

    /// <summary>A field of wavelengths around one, whose zero lines wind like the folds of a cortex.</summary>
    public static SmoothField CreateBandPass(double extent, double wavelength, RandomStream random)
    {
        const int PointsPerWave = 6;
        var (lattice, side) = WhiteNoise(extent, wavelength / PointsPerWave, random);
        var narrow = GaussianFilter.Blur(lattice, side, side, PointsPerWave * 0.20);
        var wide = GaussianFilter.Blur(lattice, side, side, PointsPerWave * 0.27);
        return Normalized([.. narrow.Zip(wide, (a, b) => a - b)], side, wavelength / PointsPerWave);
    }

    /// <summary>The value at a point, in mm from the origin.</summary>
    public double At(double x, double y)
    {
        var (column, row) = (Math.Clamp((x / _spacing) + (_side / 2.0), 1, _side - 3),
            Math.Clamp((y / _spacing) + (_side / 2.0), 1, _side - 3));
        var (left, top) = ((int)column, (int)row);
        var (x0, x1, x2, x3) = Spline(column - left);
        var (y0, y1, y2, y3) = Spline(row - top);
        double Line(int offset)
        {
            var line = _coefficients.AsSpan(((top + offset) * _side) + left - 1, 4);
            return (line[0] * x0) + (line[1] * x1) + (line[2] * x2) + (line[3] * x3);
        }

        return (y0 * Line(-1)) + (y1 * Line(0)) + (y2 * Line(1)) + (y3 * Line(2));
    }

    private static (float[] Lattice, int Side) WhiteNoise(double extent, double spacing, RandomStream random)
    {
        var side = (int)Math.Ceiling(extent / spacing) + 6;
        var normals = new double[side * side];
        random.FillNormal(normals);
        return ([.. normals.Select(value => (float)value)], side);
    }

    private static SmoothField Normalized(float[] lattice, int side, double spacing)
    {
        // The spline itself averages neighbours; sampling between the knots measures what it leaves.
        var field = new SmoothField(lattice, side, spacing);
        var (sum, squares, count) = (0.0, 0.0, 0);
        for (var row = 2; row < side - 3; row++)
        {
            for (var column = 2; column < side - 3; column++)
            {
                var value = field.At((column + 0.5 - (side / 2.0)) * spacing, (row + 0.5 - (side / 2.0)) * spacing);
                (sum, squares, count) = (sum + value, squares + (value * value), count + 1);
            }
        }

        var mean = count == 0 ? 0 : sum / count;
        var deviation = count == 0 ? 1 : Math.Sqrt(Math.Max(1e-12, (squares / count) - (mean * mean)));
        return new([.. lattice.Select(value => (float)((value - mean) / deviation))], side, spacing);
    }

    private static (double, double, double, double) Spline(double t)
    {
        var (u, t2) = (1 - t, t * t);
        return (u * u * u / 6, ((3 * t2 * t) - (6 * t2) + 4) / 6, ((-3 * t2 * t) + (3 * t2) + (3 * t) + 1) / 6, t2 * t / 6);
    }
}
