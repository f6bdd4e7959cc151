using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>
/// Decodes a JPEG frame of any process that DICOM names: the processes with a cosine transform by JpegLibrary, the lossless one by
/// <see cref="LosslessJpegDecoder"/>.
/// </summary>
internal static class JpegFrame
{
    private const string Format = "JPEG";

    /// <summary>The fewest bits that a block of 64 coefficients (DC and end of block) or a lossless sample can take.</summary>
    private const int SamplesPerByteDct = 64 * 8;
    private const int SamplesPerByteLossless = 8;

    /// <summary>Decodes a frame.</summary>
    /// <returns>Samples in little endian, in words of Bits Allocated.</returns>
    /// <exception cref="DicomDataException">The frame is damaged, or is not what the header of the object says.</exception>
    public static byte[] Decode(ReadOnlyMemory<byte> image, PixelLayout layout)
    {
        if (!image.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) || JpegHeader.Find(image.Span) is not { } header)
        {
            throw Damaged();
        }

        new EncodedFrame(Format, header.Height, header.Width, header.Components, header.Precision).Check(layout);
        if (!header.IsLossless && !header.IsDct)
        {
            throw EncodedFrame.Unsupported(Format, $"is of a process (SOF{header.StartOfFrame - 0xC0})");
        }

        if (layout.FrameSamples / (header.IsLossless ? SamplesPerByteLossless : SamplesPerByteDct) > image.Length)
        {
            throw Damaged();
        }

        var samples = header.IsLossless ? LosslessJpegDecoder.Decode(image.Span) : DctJpegDecoder.Decode(image, header);
        return EncodedFrame.ToWords(samples, layout.BitsAllocated);
    }

    public static DicomDataException Damaged(Exception? cause = null) => EncodedFrame.Damaged(Format, cause);
}
