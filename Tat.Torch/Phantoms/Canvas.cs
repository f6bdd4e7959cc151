namespace Tat.Torch.Phantoms;

/// <summary>An image in the making: tissues are painted over each other on a fine grid, then averaged into pixels.</summary>
/// <remarks>
/// Coordinates are mm from the centre, x to the right and y downwards (supine patient: anterior up, the patient's left at the right). A
/// smooth random warp bends all shapes alike.
/// </remarks>
internal sealed class Canvas
{
    private readonly int _size;
    private readonly int _finer;
    private readonly double _step;
    private readonly Appearance _appearance;
    private readonly float[] _x;
    private readonly float[] _y;
    private readonly float[] _fine;
    private readonly float[] _coarse;
    private readonly float[] _values;

    /// <summary>An empty canvas: air everywhere.</summary>
    /// <param name="size">Rows and columns of the image.</param>
    /// <param name="fieldOfView">Side of the image in mm.</param>
    /// <param name="appearance">How tissues look.</param>
    /// <param name="seed">What warp and texture are drawn from.</param>
    /// <param name="warp">Standard deviation of the warp in mm.</param>
    public Canvas(int size, double fieldOfView, Appearance appearance, ulong seed, double warp)
    {
        // Pixels of more than about 1 mm are averaged from four samples.
        (_size, _finer, _appearance) = (size, fieldOfView / size > 0.9 ? 2 : 1, appearance);
        var side = size * _finer;
        _step = fieldOfView / side;
        _values = new float[side * side];
        (_x, _y, _fine, _coarse) = (new float[side * side], new float[side * side], new float[side * side], new float[side * side]);
        var extent = fieldOfView * 1.1;
        var (bendX, bendY) = (SmoothField.Create(extent, 45, new(seed, 2)), SmoothField.Create(extent, 45, new(seed, 3)));
        var (rippleX, rippleY) = (SmoothField.Create(extent, 14, new(seed, 4)), SmoothField.Create(extent, 14, new(seed, 5)));
        var (fine, coarse) = (SmoothField.Create(extent, 1.3, new(seed, 6)), SmoothField.Create(extent, 7, new(seed, 7)));
        Parallel.For(0, side, row =>
        {
            for (var column = 0; column < side; column++)
            {
                var i = (row * side) + column;
                var (x, y) = ((column - ((side - 1) / 2.0)) * _step, (row - ((side - 1) / 2.0)) * _step);
                _x[i] = (float)(x + (warp * bendX.At(x, y)) + (0.2 * warp * rippleX.At(x, y)));
                _y[i] = (float)(y + (warp * bendY.At(x, y)) + (0.2 * warp * rippleY.At(x, y)));
                _fine[i] = (float)fine.At(x, y);
                _coarse[i] = (float)coarse.At(x, y);
            }
        });
        Array.Fill(_values, (float)appearance[Tissue.Air].Mean);
        Warp = 3 * warp;
    }

    private double Warp { get; }

    /// <summary>Paints a shape.</summary>
    /// <param name="tissue">What it is made of.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="inset">By how many mm it is shrunk; negative to grow.</param>
    /// <param name="clip">Where alone it is painted.</param>
    /// <param name="clipInset">By how many mm <paramref name="clip"/> is shrunk.</param>
    /// <param name="softness">Width in mm of the blend at the edge beyond that of a sample.</param>
    public void Paint(Tissue tissue, Shape shape, double inset = 0, Shape? clip = null, double clipInset = 0, double softness = 0)
    {
        var width = _step + softness;
        Paint(tissue, shape.Bounds, Math.Max(0, -inset), (x, y) =>
        {
            var coverage = Math.Clamp(0.5 - ((shape.Distance(x, y) + inset) / width), 0, 1);
            return coverage == 0 || clip is null
                ? coverage
                : coverage * Math.Clamp(0.5 - ((clip.Distance(x, y) + clipInset) / _step), 0, 1);
        });
    }

    /// <summary>Paints by a rule that gives the fraction of tissue at a point.</summary>
    public void Paint(Tissue tissue, (double X, double Y, double Radius) bounds, double margin, Func<double, double, double> coverage)
    {
        var (mean, fineAmplitude, coarseAmplitude) = _appearance[tissue];
        var side = _size * _finer;
        var reach = bounds.Radius + margin + Warp + (2 * _step);
        var (top, bottom) = (Index(bounds.Y - reach), Index(bounds.Y + reach));
        var (left, right) = (Index(bounds.X - reach), Index(bounds.X + reach));
        for (var row = top; row <= bottom; row++)
        {
            for (var i = (row * side) + left; i <= (row * side) + right; i++)
            {
                var part = (float)coverage(_x[i], _y[i]);
                if (part > 0)
                {
                    var value = (float)(mean + (fineAmplitude * _fine[i]) + (coarseAmplitude * _coarse[i]));
                    _values[i] += part * (value - _values[i]);
                }
            }
        }

        int Index(double position) => Math.Clamp((int)((position / _step) + (side / 2.0)), 0, side - 1);
    }

    /// <summary>The width in mm over which an edge is blended.</summary>
    public double Step => _step;

    /// <summary>The pixels, row-major.</summary>
    public float[] ToPixels()
    {
        var pixels = new float[_size * _size];
        var side = _size * _finer;
        for (var i = 0; i < _values.Length; i++)
        {
            pixels[(i / side / _finer * _size) + (i % side / _finer)] += _values[i] / (_finer * _finer);
        }

        return pixels;
    }
}
