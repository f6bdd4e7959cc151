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

        return frame.ToWords(new JpegLsScan(data, header).Decode(), layout, isLossy: header.Near > 0);
    }

    public static DicomDataException Damaged() => EncodedFrame.Damaged(Format);

    public static DicomDataException Unsupported(string feature) => EncodedFrame.Unsupported(Format, feature);
}
