using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Baselines;

/// <summary>Applies a filter inside a range of intensities: to an image x the result is f(clip(x)) + x − clip(x).</summary>
/// <param name="Inner">The filter f.</param>
/// <param name="Range">The range.</param>
public sealed record Clipped(IImageFilter Inner, IntensityRange Range) : IImageFilter
{
    /// <inheritdoc/>
    public string Name => Inner.Name;

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var clipped = new ImageSlice(
            [.. image.Pixels.Select(value => Math.Clamp(value, Range.Minimum, Range.Maximum))], image.Height, image.Width);
        var filtered = Inner.Apply(clipped);
        return new([.. filtered.Pixels.Select((value, i) => value + (image.Pixels[i] - clipped.Pixels[i]))], image.Height, image.Width);
    }
}
