using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Stores modality values as signed 16-bit integers: value = stored × slope + intercept.</summary>
internal readonly record struct Quantizer(double Slope, double Intercept)
{
    /// <summary>The stored value of padding that lies beyond the grid of the image; no pixel of such an image has it.</summary>
    private const short PaddingLevel = short.MinValue;

    /// <summary>Largest stored magnitude around the intercept.</summary>
    private const int Limit = short.MaxValue;

    /// <summary>HU as integers, exactly.</summary>
    public static Quantizer ForHounsfield(ModalityTransform source) =>
        new(1, source.Intercept == Math.Round(source.Intercept) && Math.Abs(source.Intercept) <= 8192 ? source.Intercept : 0);

    /// <summary>All 16 bits for the values of one slice; PET has no intercept (PS3.3, section C.8.9.4).</summary>
    public static Quantizer ForSlice(ReadOnlySpan<double> values)
    {
        var largest = Largest(values);
        var slope = DecimalString.Round(largest / Limit);
        while (slope * Limit < largest)
        {
            slope = DecimalString.Round(slope * (1 + 1e-9));
        }

        return new(slope > 0 ? slope : 1, 0);
    }

    /// <summary>
    /// The finest grid on which the stored values of the source lie too and that leaves room for twice the source's largest value: an
    /// unchanged pixel keeps its value exactly, and rounding is well below the source's own.
    /// </summary>
    public static Quantizer ForSeries(double sourceSlope, double sourceIntercept, double largest)
    {
        var slope = Math.Abs(sourceSlope);
        for (var halvings = 0; halvings < 8 && 2 * largest <= slope / 2 * Limit && DecimalString.Round(slope / 2) == slope / 2; halvings++)
        {
            slope /= 2;
        }

        return new(DecimalString.Round(slope), DecimalString.Round(sourceIntercept));
    }

    /// <summary>
    /// A grid that the values fit on: itself, else the same steps about another intercept, else coarser ones. NaN is padding that is stored
    /// apart.
    /// </summary>
    public Quantizer Fit(ReadOnlySpan<double> values)
    {
        var (lowest, highest) = (double.PositiveInfinity, double.NegativeInfinity);
        var isApart = false;
        foreach (var value in values)
        {
            isApart |= double.IsNaN(value);
            (lowest, highest) = double.IsNaN(value) ? (lowest, highest) : (Math.Min(lowest, value), Math.Max(highest, value));
        }

        var fitted = this;
        while (!fitted.Holds(lowest) || !fitted.Holds(highest))
        {
            var shifted = fitted.StartingAt(lowest, isApart ? -Limit : short.MinValue);
            if (shifted.Level(highest) <= Limit)
            {
                return shifted;
            }

            fitted = fitted with { Slope = DecimalString.Round(fitted.Slope * 2) };
        }

        return fitted;
    }

    /// <summary>Whether a value lies on the grid, or there is none (infinity the other way round).</summary>
    public bool Holds(double value) => double.IsInfinity(value) || Math.Abs(value - Intercept) <= (Limit + 0.5) * Slope;

    /// <summary>The stored value that is nearest; that of padding for NaN.</summary>
    public short Store(double value) =>
        double.IsNaN(value) ? PaddingLevel : (short)Math.Clamp(Level(value), short.MinValue, short.MaxValue);

    /// <summary>The value that is read back.</summary>
    public double Restore(short stored) => (stored * Slope) + Intercept;

    private double Level(double value) => Math.Round((value - Intercept) / Slope);

    /// <summary>The same steps with the intercept that gives a value a level.</summary>
    private Quantizer StartingAt(double value, int level) =>
        this with { Intercept = DecimalString.Round(Intercept + ((Level(value) - level) * Slope)) };

    private static double Largest(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            largest = double.IsNaN(value) ? largest : Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }
}
