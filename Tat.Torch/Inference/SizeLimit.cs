using Tat.Torch.Imaging;

namespace Tat.Torch.Inference;

/// <summary>Refuses images that are too large before they take memory and time.</summary>
internal static class SizeLimit
{
    /// <summary>
    /// 16,384 × 16,384 pixels: twice the side of the largest detectors and mammograms, and a gigabyte in single precision.
    /// </summary>
    public const int Default = 1 << 28;

    /// <summary>Checks images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="most">Pixels that each may have.</param>
    /// <exception cref="InvalidDataException">An image has more.</exception>
    public static void Check(IReadOnlyList<ImageSlice> images, long most)
    {
        for (var i = 0; i < images.Count; i++)
        {
            Check($"Image {i}", images[i].Height, images[i].Width, most);
        }
    }

    /// <summary>Checks an image that messages call by a name.</summary>
    /// <exception cref="InvalidDataException">It has more pixels than it may.</exception>
    public static void Check(string name, long height, long width, long most)
    {
        if (height * width > most)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"{name} has {height} × {width} pixels, and MaximumPixels allows {most}; raise it if that is meant, or cut the image."));
        }
    }
}
