namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>The frame header of a JPEG image (ISO/IEC 10918-1, section B.2.2).</summary>
internal readonly record struct JpegHeader(byte StartOfFrame, int Precision, int Height, int Width, int Components)
{
    /// <summary>Whether the process is lossless with Huffman coding (SOF3).</summary>
    public bool IsLossless => StartOfFrame == 0xC3;

    /// <summary>Whether the process is baseline, extended sequential or progressive, with Huffman coding.</summary>
    public bool IsDct => StartOfFrame is 0xC0 or 0xC1 or 0xC2;

    /// <summary>Finds the frame header; <see langword="null"/> where there is none.</summary>
    public static JpegHeader? Find(ReadOnlySpan<byte> image)
    {
        for (var at = 2; at + 4 <= image.Length;)
        {
            if (image[at] != 0xFF)
            {
                return null;
            }

            var marker = image[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            var length = (image[at + 2] << 8) | image[at + 3];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return at + 10 > image.Length
                    ? null
                    : new JpegHeader(marker, image[at + 4], (image[at + 5] << 8) | image[at + 6], (image[at + 7] << 8) | image[at + 8], image[at + 9]);
            }

            if (length < 2 || marker is 0xDA or 0xD9)
            {
                return null;
            }

            at += 2 + length;
        }

        return null;
    }
}
