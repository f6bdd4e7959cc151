using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>Decodes JPEG-LS frames of one component, lossless and near-lossless, of 2 to 16 bits (ITU-T T.87 | ISO/IEC 14495-1).</summary>
internal static class JpegLsFrame
{
    private const string Format = "JPEG-LS";

    /// <summary>The most samples that a bit can stand for: a whole piece of a run (table A.8).</summary>
    private const int SamplesPerBit = 1 << 15;

    /// <summary>Decodes a frame.</summary>
    /// <returns>Samples in little endian, in words of Bits Allocated.</returns>
    /// <exception cref="DicomDataException">The frame is damaged, or is not what the header of the object says.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> image, PixelLayout layout)
    {
        var header = JpegLsHeader.Read(image);
        var frame = new EncodedFrame(Format, header.Height, header.Width, header.Components, header.Precision);
        frame.Check(layout);
        var data = image[header.ScanStart..];
        if ((long)header.Height * (1 + ((header.Width - 1) / SamplesPerBit)) > data.Length * 8L)
        {
            throw Damaged();
        }

        return frame.ToWords(DecodeScan(data, header), layout, isLossy: header.Near > 0);
    }

    /// <summary>
    /// Decodes the samples by the parameters that fit the data: only a few bytes can be understood in both ways, and are not guessed.
    /// </summary>
    private static ushort[] DecodeScan(ReadOnlySpan<byte> data, JpegLsHeader header)
    {
        if (header.OtherPreset is not { } preset)
        {
            return new JpegLsScan(data, header, header.Preset).Decode();
        }

        var (samples, others) = (TryDecodeScan(data, header, header.Preset), TryDecodeScan(data, header, preset));
        return samples is null ? others ?? throw Damaged()
            : others is null || samples.SequenceEqual(others) ? samples
            : throw new DicomDataException($"the {Format} image of {header.Precision} bits does not tell its thresholds, and those of the "
                + "standard and those of other programs give different pixels; convert it with the program that compressed it.");
    }

    private static ushort[]? TryDecodeScan(ReadOnlySpan<byte> data, JpegLsHeader header, JpegLsPreset preset)
    {
        try
        {
            return new JpegLsScan(data, header, preset).Decode();
        }
        catch (DicomDataException)
        {
            return null;
        }
    }

    public static DicomDataException Damaged() => EncodedFrame.Damaged(Format);

    public static DicomDataException Unsupported(string feature) => EncodedFrame.Unsupported(Format, feature);
}
