using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>Decodes a JPEG frame of any process that DICOM names: the processes with a cosine transform by JpegLibrary, the lossless one by <see cref="LosslessJpegDecoder"/>.</summary>
internal static class JpegFrame
{
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

        if (header.Height != layout.Rows || header.Width != layout.Columns || header.Components != 1)
        {
            throw new DicomDataException(
                $"the JPEG image has {header.Height} × {header.Width} pixels of {header.Components} components where the header says {layout.Rows} × {layout.Columns} of one; the file is damaged.");
        }

        if (header.Precision > layout.BitsAllocated || layout.BitsAllocated > 16)
        {
            throw new DicomDataException($"the JPEG image has {header.Precision} bits a sample and {layout.BitsAllocated} are allocated; the file is damaged.");
        }

        if (!header.IsLossless && !header.IsDct)
        {
            throw new DicomDataException($"the JPEG image is of a process (SOF{header.StartOfFrame - 0xC0}) that cannot be decoded; convert the file to Explicit VR Little Endian.");
        }

        if (layout.FrameSamples / (header.IsLossless ? SamplesPerByteLossless : SamplesPerByteDct) > image.Length)
        {
            throw Damaged();
        }

        var samples = header.IsLossless ? LosslessJpegDecoder.Decode(image.Span) : DctJpegDecoder.Decode(image, header);
        return ToWords(samples, layout.BitsAllocated);
    }

    public static DicomDataException Damaged(Exception? cause = null) => new("the JPEG pixels are damaged; copy the file again.", cause);

    private static byte[] ToWords(ushort[] samples, int bitsAllocated)
    {
        if (bitsAllocated == 16)
        {
            var words = new byte[samples.Length * 2];
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()).CopyTo(words);
            return words;
        }

        return Array.ConvertAll(samples, sample => (byte)sample);
    }
}
