using Tat.Torch.Imaging;

namespace Tat.Torch.Degradation;

/// <summary>What all simulators ask of their input.</summary>
internal static class DegradationInput
{
    public static void Check(ImageSlice image, double pixelSpacing)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!(pixelSpacing > 0) || !double.IsFinite(pixelSpacing))
        {
            throw new ArgumentOutOfRangeException(nameof(pixelSpacing),
                $"A pixel spacing of {pixelSpacing} mm is impossible; give the side of a pixel in mm, a positive number.");
        }

        if (FiniteValues.FindOther(image) is { } problem)
        {
            throw new ArgumentException($"The image has {problem}; only finite intensities can be degraded.", nameof(image));
        }
    }

    public static double CheckPositive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it must be a positive number.");

    public static double CheckShare(double value, string name, double largest = 1) => value >= 0 && value <= largest
        ? value
        : throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"{name} is {value}; give a number from 0 to {largest}."));

    public static int CheckUses(int value) => value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(
            nameof(IDegradationRange.Uses), $"A pair cannot serve {value} patches; give a number of at least 1.");
}
