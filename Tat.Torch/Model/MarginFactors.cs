using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Model;

/// <summary>
/// How wide the interval about a restored value is that holds the value of a good scan in 90 of 100 pixels: spread · s + signal · √v, for
/// the standard deviation s of what the model makes of the image in eight orientations and the restored value v, both as shares of the
/// range that the task normalises.
/// </summary>
/// <remarks>
/// The spread tells where the model is unsure, and the signal what it cannot know: the noise of a good scan itself. Found by
/// <see cref="Inference.MarginCalibration"/>.
/// </remarks>
public sealed record MarginFactors
{
    /// <summary>The share of values that an interval is to hold.</summary>
    public const double Level = 0.9;

    /// <summary>What the standard deviation over the orientations is multiplied by; 0 or more.</summary>
    public double Spread { get; init; }

    /// <summary>What the root of the restored value is multiplied by; 0 or more.</summary>
    public double Signal { get; init; }

    /// <summary>
    /// The share of values of good scans that the intervals held, each scan with factors of the others; <see langword="null"/> where it was
    /// not measured.
    /// </summary>
    public double? Coverage { get; init; }

    /// <summary>How many scans the factors come from.</summary>
    public int Scans { get; init; }

    /// <summary>No factor is larger: margins have to fit into single precision.</summary>
    internal const double Largest = 1e6;

    /// <summary>Whether these are factors, and intervals have a width.</summary>
    internal bool IsValid => Spread is >= 0 and <= Largest && Signal is >= 0 and <= Largest && Spread + Signal > 0
        && Coverage is null or (>= 0 and <= 1) && Scans >= 0;

    /// <summary>Half the width of the interval about each restored value, in the unit of the task.</summary>
    /// <param name="restored">The mean over the orientations.</param>
    /// <param name="spread">The standard deviation over them, pixel by pixel.</param>
    /// <param name="range">What the task normalises the image over.</param>
    internal ImageSlice Of(ImageSlice restored, float[] spread, IntensityRange range)
    {
        var margins = new float[spread.Length];
        for (var i = 0; i < margins.Length; i++)
        {
            margins[i] = (float)((Spread * spread[i]) + (Signal * range.Width * RootOf(restored.Pixels[i], range)));
        }

        return new(margins, restored.Height, restored.Width);
    }

    /// <summary>The root of a value as a share of a range; 0 below it.</summary>
    internal static double RootOf(float value, IntensityRange range) =>
        Math.Sqrt(Math.Max(0, (value - (double)range.Minimum) / range.Width));
}
