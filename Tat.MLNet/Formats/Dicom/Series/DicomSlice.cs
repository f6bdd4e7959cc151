using Tat.MLNet.Formats.Dicom.Codecs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Quantities;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>
/// A slice of a series: what sorting and reading it need, and not its other elements, so that long series take little memory.
/// </summary>
internal sealed record DicomSlice
{
    /// <summary>The file.</summary>
    public required DicomSource Source { get; init; }

    /// <summary>The frame of the object.</summary>
    public required int Frame { get; init; }

    public required PixelLayout Layout { get; init; }

    public required ModalityTransform Transform { get; init; }

    public required SliceQuantity Quantity { get; init; }

    public required string SopClassUid { get; init; }

    public required string SopInstanceUid { get; init; }

    public required string SeriesInstanceUid { get; init; }

    public required string? Modality { get; init; }

    public required int? SeriesNumber { get; init; }

    public required int? InstanceNumber { get; init; }

    /// <summary>What tells slices of the same position apart, as <see cref="SliceDimensions"/> reads it.</summary>
    public required DimensionValue[] Dimensions { get; init; }

    /// <summary>When it was acquired.</summary>
    public required SliceTimes Times { get; init; }

    /// <summary>Whether it is a Siemens mosaic: tiles that are slices.</summary>
    public required bool IsMosaic { get; init; }

    public required PatientPlane? Plane { get; init; }

    /// <summary>Distances in mm between rows and between columns.</summary>
    public required (double Rows, double Columns)? Spacing { get; init; }

    public required double? Thickness { get; init; }

    /// <summary>The distance in mm to the next slice as the header says it, for frames that have no positions of their own.</summary>
    public required double? NominalDistance { get; init; }

    /// <summary>The stored values that stand for no pixel (PS3.3, section C.7.5.1.1.2), if any.</summary>
    public required PixelPadding? Padding { get; init; }

    /// <summary>Whether frames have functional groups of their own.</summary>
    public required bool HasFunctionalGroups { get; init; }

    /// <summary>Where decoded frames are kept; <see langword="null"/> for nowhere.</summary>
    public PixelMemory? Memory { get; init; }

    /// <summary>Reads the pixels, in the unit of <see cref="Quantity"/>.</summary>
    public ImageSlice Read() => Decode(words => new ImageSlice(Layout.Floating
        ? ToQuantity(StoredPixels.UnpackFloating(words, Layout))
        : ToQuantity(StoredPixels.Unpack(words, Layout)), Layout.Rows, Layout.Columns));

    /// <summary>Reads the stored values, masked and with their sign.</summary>
    public int[] ReadStored() => Decode(words => StoredPixels.Unpack(words, Layout));

    /// <summary>Reads the samples in little endian, in words of Bits Allocated with all their bits.</summary>
    public byte[] ReadWords() => Decode(words => words);

    /// <summary>Decodes the frame and takes what is wanted of its words; an error names the file.</summary>
    private T Decode<T>(Func<byte[], T> take)
    {
        try
        {
            return take(Memory is null
                ? FrameReader.Read(Source, Layout, Frame)
                : Memory.Get(Source.Path, Frame, () => FrameReader.Read(Source, Layout, Frame)));
        }
        catch (DicomDataException exception)
        {
            throw exception.At(Source.Path);
        }
    }

    /// <summary>The slice where padding is as dark as the darkest of its other pixels, if none of these has its value.</summary>
    public ImageSlice WithoutPadding(ImageSlice slice) => Padding is { } padding ? padding.Darken(slice, ReadStored()) : slice;

    private float[] ToQuantity(int[] stored)
    {
        var values = new float[stored.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Transform.Apply(stored[i]) * Quantity.Factor);
        }

        return values;
    }

    private float[] ToQuantity(float[] values)
    {
        for (var i = 0; i < values.Length && (Transform.IsPresent || Quantity.Factor != 1); i++)
        {
            values[i] = (float)(((values[i] * Transform.Slope) + Transform.Intercept) * Quantity.Factor);
        }

        return values;
    }
}
