using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Codecs;

/// <summary>RLE Lossless (PS3.5, annex G): a segment for each byte of a sample, the most significant first, packed by PackBits.</summary>
internal static class RleDecoder
{
    private const int Header = 64;

    /// <summary>Two bytes give 128 at most.</summary>
    private const int MaximumRatio = 64;

    /// <summary>Decodes a frame.</summary>
    /// <returns>Samples in little endian.</returns>
    /// <exception cref="DicomDataException">The frame is damaged.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded, PixelLayout layout)
    {
        var sampleBytes = layout.BitsAllocated / 8;
        if (encoded.Length < Header || BinaryPrimitives.ReadUInt32LittleEndian(encoded) != sampleBytes
            || layout.FrameBytes / MaximumRatio > encoded.Length)
        {
            throw Damaged();
        }

        var decoded = new byte[layout.FrameBytes];
        for (var segment = 0; segment < sampleBytes; segment++)
        {
            var start = Offset(encoded, segment);
            var end = segment + 1 < sampleBytes ? Offset(encoded, segment + 1) : (uint)encoded.Length;
            if (start < Header || end < start || end > encoded.Length)
            {
                throw Damaged();
            }

            Unpack(encoded[(int)start..(int)end], decoded, sampleBytes - 1 - segment, sampleBytes);
        }

        return decoded;
    }

    private static uint Offset(ReadOnlySpan<byte> encoded, int segment) =>
        BinaryPrimitives.ReadUInt32LittleEndian(encoded[((segment + 1) * 4)..]);

    private static void Unpack(ReadOnlySpan<byte> packed, Span<byte> decoded, int first, int step)
    {
        var at = 0;
        for (var to = first; to < decoded.Length;)
        {
            if (at >= packed.Length)
            {
                throw Damaged();
            }

            var control = (sbyte)packed[at++];
            if (control == sbyte.MinValue)
            {
                continue;
            }

            var count = control >= 0 ? control + 1 : 1 - control;
            var available = packed.Length - at;
            if (available < (control >= 0 ? count : 1))
            {
                throw Damaged();
            }

            for (var i = 0; i < count && to < decoded.Length; i++, to += step)
            {
                decoded[to] = control >= 0 ? packed[at + i] : packed[at];
            }

            at += control >= 0 ? count : 1;
        }
    }

    private static DicomDataException Damaged() => new("the RLE pixels are damaged; copy the file again.");
}
