using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>The shape of a frame and of its samples (PS3.3, section C.7.6.3), checked before anything is allocated for it.</summary>
/// <param name="Rows">Rows of a frame.</param>
/// <param name="Columns">Columns of a frame.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="BitsAllocated">8, 16, 32 or 64.</param>
/// <param name="BitsStored">Bits of a sample that mean something.</param>
/// <param name="HighBit">The highest of them.</param>
/// <param name="Signed">Whether samples are in two's complement.</param>
/// <param name="Floating">Whether samples are floating-point numbers.</param>
/// <param name="Photometric">The photometric interpretation.</param>
internal sealed record PixelLayout(
    int Rows, int Columns, int Frames, int BitsAllocated, int BitsStored, int HighBit, bool Signed, bool Floating, string Photometric)
{
    /// <summary>Bytes of a stored value and of a pixel, and of the samples and coefficients that decompression holds beside them.</summary>
    private const int DecodedBytes = 8;
    private const int CompressedBytes = 4;

    /// <summary>Samples of a frame.</summary>
    public int FrameSamples => Rows * Columns;

    /// <summary>Bytes of a frame.</summary>
    public int FrameBytes => FrameSamples * (BitsAllocated / 8);

    /// <summary>Reads the layout and refuses what is no single-channel image.</summary>
    /// <param name="source">The object.</param>
    /// <param name="budget">How much memory a frame may take.</param>
    public static PixelLayout Of(DicomObject source, ReadBudget budget)
    {
        var dataSet = source.DataSet;
        if (source.Pixels is not { } pixels)
        {
            throw new DicomDataException("the object has no pixel data; choose an image.") { IsForeign = true };
        }

        var photometric = dataSet.GetString(Tags.PhotometricInterpretation) ?? "MONOCHROME2";
        var samples = dataSet.GetInt(Tags.SamplesPerPixel) ?? 1;
        if (samples != 1 || photometric is not ("MONOCHROME1" or "MONOCHROME2"))
        {
            throw new DicomDataException($"the image is in colour ({Known(photometric)}, {samples} samples per pixel); only single-channel "
                + "images can be read.")
            { IsForeign = true };
        }

        var floating = pixels.Tag != Tags.PixelData;
        var allocated = Require(dataSet, Tags.BitsAllocated);
        var layout = new PixelLayout(
            Require(dataSet, Tags.Rows),
            Require(dataSet, Tags.Columns),
            dataSet.GetInt(Tags.NumberOfFrames) is { } frames and not 0 ? frames : 1,
            allocated,
            floating ? allocated : dataSet.GetInt(Tags.BitsStored) ?? allocated,
            floating ? allocated - 1 : dataSet.GetInt(Tags.HighBit) ?? (dataSet.GetInt(Tags.BitsStored) ?? allocated) - 1,
            !floating && dataSet.GetInt(Tags.PixelRepresentation) == 1,
            floating,
            photometric);
        layout.Check(source, pixels);
        var compressed = source.Syntax.Codec != PixelCodec.Native;
        return budget.Refusal(layout.Rows, layout.Columns, (allocated / 8) + DecodedBytes
            + (compressed ? CompressedBytes : 0)) is { } refusal ? throw new DicomDataException(refusal) : layout;
    }

    private static int Require(DicomDataSet dataSet, DicomTag tag) => dataSet.GetInt(tag)
        ?? throw new DicomDataException($"{Tags.Name(tag)} is missing; the header is damaged or the object is no image.");

    /// <summary>A damaged header can hold anything here: only what the standard defines is repeated in a message.</summary>
    private static string Known(string photometric) =>
        photometric is "MONOCHROME1" or "MONOCHROME2" or "RGB" or "PALETTE COLOR" or "YBR_FULL" or "YBR_FULL_422"
            or "YBR_PARTIAL_420" or "YBR_ICT" or "YBR_RCT" or "ARGB" or "CMYK" or "HSV"
            ? photometric
            : "unknown photometric interpretation";

    private void Check(DicomObject source, IPixelSource pixels)
    {
        if (Rows is < 1 or > 65535 || Columns is < 1 or > 65535 || Frames < 1)
        {
            throw new DicomDataException($"the image has {Rows} rows, {Columns} columns and {Frames} frames; the header is damaged.");
        }

        var allowed = pixels.Tag == Tags.PixelData
            ? BitsAllocated is 8 or 16 or 32
            : BitsAllocated == (pixels.Tag == Tags.FloatPixelData ? 32 : 64);
        if (!allowed)
        {
            throw new DicomDataException($"{BitsAllocated} bits are allocated for a pixel; images of 8, 16 or 32 bits can be read.");
        }

        if (BitsStored < 1 || BitsStored > BitsAllocated || HighBit < BitsStored - 1 || HighBit >= BitsAllocated)
        {
            throw new DicomDataException(
                $"{BitsStored} bits stored up to bit {HighBit} do not fit into {BitsAllocated} bits allocated; the header is damaged.");
        }

        var frameBytes = (long)Rows * Columns * (BitsAllocated / 8);
        if (frameBytes > Array.MaxLength)
        {
            throw new DicomDataException($"a frame of {Rows} × {Columns} pixels is too large; the header is damaged.");
        }

        if (pixels.Fragments is null && source.Syntax.Codec != PixelCodec.Native)
        {
            throw new DicomDataException(
                $"the transfer syntax {source.Syntax} is compressed, but the pixels are not; the file is damaged.");
        }

        if (pixels.Fragments is { } fragments)
        {
            CheckFragments(source, fragments);
        }
        else if (frameBytes > pixels.Length / Frames)
        {
            throw new DicomDataException(
                $"{Frames} frames of {Rows} × {Columns} pixels of {BitsAllocated} bits need {(decimal)frameBytes * Frames} bytes and the "
                + $"file holds {pixels.Length}; it is truncated or damaged.");
        }
    }

    private void CheckFragments(DicomObject source, IReadOnlyList<PixelFragment> fragments)
    {
        if (source.Syntax.Codec == PixelCodec.Native)
        {
            throw new DicomDataException(
                $"the pixels are in fragments, which the transfer syntax {source.Syntax} does not have; the file is damaged.");
        }

        if (fragments.Count < Frames)
        {
            throw new DicomDataException(
                $"the image has {MessageText.Amount(Frames, "frame")} and {MessageText.Amount(fragments.Count, "fragment")} of pixels; it "
                + "is truncated.");
        }
    }
}
