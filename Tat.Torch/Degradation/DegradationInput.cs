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
                $"The pixel spacing is {pixelSpacing} mm; give the side of a pixel in mm, a positive number.");
        }

        if (FiniteValues.FindOther(image) is { } problem)
        {
            throw new ArgumentException($"The image has {problem}; only finite intensities can be degraded.", nameof(image));
        }
    }
}
