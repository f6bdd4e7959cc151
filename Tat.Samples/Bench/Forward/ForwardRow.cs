namespace Tat.Samples.Bench.Forward;

/// <summary>A line of the table of <c>bench forward</c>.</summary>
/// <param name="Size">Side of the image.</param>
/// <param name="Program">What ran.</param>
/// <param name="Milliseconds">Median for an image.</param>
/// <param name="PeakMegabytes">The most memory at a time.</param>
/// <param name="TimesFloor">Milliseconds as a multiple of the floor.</param>
/// <param name="Difference">How far its result is from this program's.</param>
internal sealed record ForwardRow(
    int Size, string Program, double Milliseconds, double PeakMegabytes, double TimesFloor, Difference? Difference);

/// <summary>How far two results are apart, on [0, 1].</summary>
/// <param name="Largest">The largest difference of a pixel.</param>
/// <param name="Psnr">The ratio of the range to all differences, in dB; <see langword="null"/> for equal results.</param>
internal sealed record Difference(double Largest, double? Psnr)
{
    /// <summary>Compares pixel by pixel.</summary>
    public static Difference Of(float[] first, float[] second)
    {
        double[] differences = [.. first.Zip(second, (a, b) => Math.Abs((double)a - b))];
        var meanSquare = differences.Average(difference => difference * difference);
        return new(differences.Max(), meanSquare > 0 ? -10 * Math.Log10(meanSquare) : null);
    }
}
