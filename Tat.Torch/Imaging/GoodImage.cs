namespace Tat.Torch.Imaging;

/// <summary>An image of good quality, of which a simulator can make a low-quality counterpart.</summary>
/// <param name="Image">The image, in its task's physical unit.</param>
/// <param name="PixelSpacing">Side of a (square) pixel in mm.</param>
/// <param name="Name">What to call it in messages and reports.</param>
public sealed record GoodImage(ImageSlice Image, double PixelSpacing, string Name)
{
    /// <summary>
    /// PET: the attenuation at 511 keV per mm, of the size of <see cref="Image"/>; <see langword="null"/> where it is unknown.
    /// </summary>
    public ImageSlice? Attenuation { get; init; }
}
