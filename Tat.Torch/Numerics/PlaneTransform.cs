namespace Tat.Torch.Numerics;

/// <summary>The discrete Fourier transform of a plane, row-major, in place.</summary>
internal static class PlaneTransform
{
    /// <summary>Transforms all rows, then all columns.</summary>
    public static void Forward(double[] re, double[] im, int height, int width) =>
        Transform(re, im, height, width, (transform, x, y) => transform.Forward(x, y));

    /// <summary>The inverse of <see cref="Forward"/>.</summary>
    public static void Inverse(double[] re, double[] im, int height, int width) =>
        Transform(re, im, height, width, (transform, x, y) => transform.Inverse(x, y));

    private static void Transform(
        double[] re, double[] im, int height, int width, Action<FourierTransform, Span<double>, Span<double>> apply)
    {
        var (rows, columns) = (new FourierTransform(width), new FourierTransform(height));
        Parallel.For(0, height, y => apply(rows, re.AsSpan(y * width, width), im.AsSpan(y * width, width)));
        Parallel.For(0, width, () => (Re: new double[height], Im: new double[height]), (x, _, column) =>
        {
            for (var y = 0; y < height; y++)
            {
                (column.Re[y], column.Im[y]) = (re[(y * width) + x], im[(y * width) + x]);
            }

            apply(columns, column.Re, column.Im);
            for (var y = 0; y < height; y++)
            {
                (re[(y * width) + x], im[(y * width) + x]) = (column.Re[y], column.Im[y]);
            }

            return column;
        }, _ => { });
    }
}
