using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Stores modality values as signed 16-bit integers: value = stored × slope + intercept.</summary>
internal readonly record struct Quantizer(double Slope, double Intercept)
{
    /// <summary>Largest stored magnitude; −32768 stays free.</summary>
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

    /// <summary>A coarser grid that the values fit on; itself where they fit already.</summary>
    public Quantizer Fit(ReadOnlySpan<double> values)
    {
        var fitted = this;
        foreach (var value in values)
        {
            while (Math.Abs(value - fitted.Intercept) > (Limit + 0.5) * fitted.Slope)
            {
                fitted = fitted with { Slope = DecimalString.Round(fitted.Slope * 2) };
            }
        }

        return fitted;
    }

    /// <summary>The stored value that is nearest.</summary>
    public short Store(double value) => (short)Math.Clamp(Math.Round((value - Intercept) / Slope), -Limit, Limit);

    /// <summary>The value that is read back.</summary>
    public double Restore(short stored) => (stored * Slope) + Intercept;

    private static double Largest(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }
}
