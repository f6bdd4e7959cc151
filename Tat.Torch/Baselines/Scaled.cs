using Tat.Torch.Imaging;

namespace Tat.Torch.Baselines;

/// <summary>
/// Applies a filter to an image that is divided by a measure of itself first, and undoes that: its strength then is a multiple of this
/// measure.
/// </summary>
/// <param name="Inner">The filter.</param>
/// <param name="By">The measure.</param>
public sealed record Scaled(IImageFilter Inner, ScaleMeasure By) : IImageFilter
{
    /// <inheritdoc/>
    public string Name => $"{Inner.Name} × {(By == ScaleMeasure.Noise ? "noise" : "level")}";

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var scale = By == ScaleMeasure.Noise ? (float)NoiseEstimate.Measure(image) : IntensityLevel.Of(image);
        return scale > 0 && float.IsFinite(scale) ? Times(Inner.Apply(Times(image, 1 / scale)), scale) : image;
    }

    private static ImageSlice Times(ImageSlice slice, float factor) =>
        new([.. slice.Pixels.Select(value => value * factor)], slice.Height, slice.Width);
}
