using Tat.MLNet.Formats.Dicom.Model;

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
}
