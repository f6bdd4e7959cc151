using Tat.Torch.Imaging;

namespace Tat.Torch.Baselines;

/// <summary>Applies a filter to an image whose bright end is brought to 1000 first, and undoes that: for intensities that mean nothing by themselves, as those of MRI.</summary>
/// <param name="Inner">The filter, its strength in thousandths of the bright end.</param>
public sealed record PercentileScaled(IImageFilter Inner) : IImageFilter
{
    /// <summary>The share of pixels below the bright end.</summary>
    private const double BrightShare = 0.995;

    private const float BrightEnd = 1000;

    /// <inheritdoc/>
    public string Name => $"{Inner.Name} ‰";

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        float[] sorted = [.. image.Pixels.Order()];
        var bright = sorted[(int)(BrightShare * (sorted.Length - 1))];
        if (!(bright > 0))
        {
            return image;
        }

        ImageSlice Times(ImageSlice slice, float factor) => new([.. slice.Pixels.Select(value => value * factor)], slice.Height, slice.Width);
        return Times(Inner.Apply(Times(image, BrightEnd / bright)), bright / BrightEnd);
    }
}
