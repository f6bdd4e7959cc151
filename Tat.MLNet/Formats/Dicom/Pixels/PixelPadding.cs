using Tat.MLNet.Formats.Dicom.Model;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>The range of stored values that mark pixels outside the image (PS3.3, section C.7.5.1.1.2).</summary>
/// <param name="First">Pixel Padding Value.</param>
/// <param name="Limit">Pixel Padding Range Limit, on either side; <see langword="null"/> where there is one value only.</param>
internal readonly record struct PixelPadding(int First, int? Limit)
{
    public int Lowest => Math.Min(First, Limit ?? First);

    public int Highest => Math.Max(First, Limit ?? First);

    /// <summary>Whether a stored value marks a pixel outside the image.</summary>
    public bool Holds(int stored) => stored >= Lowest && stored <= Highest;

    /// <summary>The padding of an object, with the sign of its pixels whatever the element was written as.</summary>
    public static PixelPadding? Of(DicomDataSet dataSet, PixelLayout layout)
    {
        if (layout.Floating || dataSet.TryGetInt(Tags.PixelPaddingValue) is not { } first)
        {
            return null;
        }

        int Signed(int value) => layout.BitsAllocated == 16 ? layout.Signed ? (short)value : (ushort)value : value;
        return new PixelPadding(Signed(first), dataSet.TryGetInt(Tags.PixelPaddingRangeLimit) is { } limit ? Signed(limit) : null);
    }

    /// <summary>
    /// Gives padding the lowest value of the other pixels, where its own lies beyond theirs: it would stretch the scale on which an image
    /// is restored, and its edges would be the strongest of all.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="stored">Its stored values.</param>
    public ImageSlice Darken(ImageSlice image, int[] stored)
    {
        if (!Array.Exists(stored, Holds))
        {
            return image;
        }

        var (lowest, highest) = (float.PositiveInfinity, float.NegativeInfinity);
        var pixels = (float[])image.Pixels.Clone();
        for (var i = 0; i < pixels.Length; i++)
        {
            if (!Holds(stored[i]))
            {
                (lowest, highest) = (Math.Min(lowest, pixels[i]), Math.Max(highest, pixels[i]));
            }
        }

        var dark = float.IsFinite(lowest) ? lowest : 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            if (Holds(stored[i]) && !(pixels[i] >= lowest && pixels[i] <= highest))
            {
                pixels[i] = dark;
            }
        }

        return new(pixels, image.Height, image.Width);
    }
}
