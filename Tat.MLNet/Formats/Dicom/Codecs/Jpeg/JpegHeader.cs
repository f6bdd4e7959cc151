namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>The frame header of a JPEG image (ISO/IEC 10918-1, section B.2.2).</summary>
internal readonly record struct JpegHeader(byte StartOfFrame, int Precision, int Height, int Width, int Components)
{
    /// <summary>Whether the process is lossless with Huffman coding (SOF3).</summary>
    public bool IsLossless => StartOfFrame == 0xC3;

    /// <summary>Whether the process is baseline, extended sequential or progressive, with Huffman coding.</summary>
    public bool IsDct => StartOfFrame is 0xC0 or 0xC1 or 0xC2;

    /// <summary>More scans than this hold no picture: each one is a pass through the whole image.</summary>
    private const int MostScans = 100;

    /// <summary>Finds the frame header; <see langword="null"/> where there is none, or several, or more scans than a picture has.</summary>
    public static JpegHeader? Find(ReadOnlySpan<byte> image)
    {
        JpegHeader? header = null;
        var scans = 0;
        for (var at = 2; at + 4 <= image.Length;)
        {
            var marker = image[at + 1];
            if (image[at] != 0xFF)
            {
                return null;
            }

            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker == 0xD9)
            {
                return header;
            }

            var length = (image[at + 2] << 8) | image[at + 3];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (header is not null || at + 10 > image.Length)
                {
                    return null;
                }

                header = new JpegHeader(marker, image[at + 4], (image[at + 5] << 8) | image[at + 6], (image[at + 7] << 8) | image[at + 8],
                    image[at + 9]);
            }

            if (length < 2 || (marker == 0xDA && ++scans > MostScans))
            {
                return null;
            }

            at += 2 + length;
            at = marker == 0xDA ? EndOfScan(image, at) : at;
        }

        return header;
    }

    /// <summary>Where the next marker stands behind coded data; restarts and stuffed bytes belong to it.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> image, int at)
    {
        while (at + 1 < image.Length)
        {
            var next = image[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= image.Length)
            {
                return image.Length;
            }

            at += next;
            if (image[at + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at += image[at + 1] == 0xFF ? 1 : 2;
        }

        return image.Length;
    }
}
