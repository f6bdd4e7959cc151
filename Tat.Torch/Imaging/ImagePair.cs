namespace Tat.Torch.Imaging;

/// <summary>A degraded image and the image that a restoration of it should give, both in physical units and of the same size.</summary>
public sealed class ImagePair
{
    /// <summary>Pairs two images.</summary>
    /// <param name="lowQuality">The degraded image.</param>
    /// <param name="highQuality">The reference image.</param>
    /// <param name="name">What to call the pair in messages and reports, for example its file name.</param>
    /// <exception cref="ArgumentException">The images differ in size.</exception>
    public ImagePair(ImageSlice lowQuality, ImageSlice highQuality, string name)
    {
        ArgumentNullException.ThrowIfNull(lowQuality);
        ArgumentNullException.ThrowIfNull(highQuality);
        ArgumentNullException.ThrowIfNull(name);
        if (lowQuality.Height != highQuality.Height || lowQuality.Width != highQuality.Width)
        {
            throw new ArgumentException(
                $"The images of pair '{name}' differ in size: low quality {lowQuality.Height} × {lowQuality.Width}, high quality "
                + $"{highQuality.Height} × {highQuality.Width}. Both images of a pair must have the same rows and columns.",
                nameof(highQuality));
        }

        LowQuality = lowQuality;
        HighQuality = highQuality;
        Name = name;
    }

    /// <summary>The degraded image.</summary>
    public ImageSlice LowQuality { get; }

    /// <summary>The reference image.</summary>
    public ImageSlice HighQuality { get; }

    /// <summary>What the pair is called in messages and reports.</summary>
    public string Name { get; }
}
