using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>Takes the stored values out of the words of a frame.</summary>
internal static class StoredPixels
{
    /// <summary>Masks the bits that are not stored, which may hold overlays or garbage, and extends the sign from the high bit.</summary>
    /// <param name="words">Samples in little endian, in words of Bits Allocated.</param>
    /// <param name="layout">Their layout, of integers.</param>
    /// <returns>A value for each pixel.</returns>
    /// <exception cref="DicomDataException">A 32-bit unsigned one is beyond <see cref="int.MaxValue"/>, as in no image of a
    /// scanner.</exception>
    public static int[] Unpack(ReadOnlySpan<byte> words, PixelLayout layout)
    {
        var values = new int[layout.FrameSamples];
        var wide = AreWholeWords(words, layout);
        var up = 32 - (wide ? layout.BitsAllocated : layout.HighBit + 1);
        var down = 32 - (wide ? layout.BitsAllocated : layout.BitsStored);
        for (var i = 0; i < values.Length; i++)
        {
            var bits = Word(words, layout.BitsAllocated, i) << up;
            values[i] = layout.Signed ? (int)bits >> down : (bits >> down) <= int.MaxValue ? (int)(bits >> down)
                : throw new DicomDataException($"a pixel has the stored value {bits >> down}; values up to {int.MaxValue} can be read.");
        }

        return values;
    }

    /// <summary>The numbers of Float Pixel Data or Double Float Pixel Data.</summary>
    public static float[] UnpackFloating(ReadOnlySpan<byte> words, PixelLayout layout)
    {
        var values = new float[layout.FrameSamples];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = layout.BitsAllocated == 32
                ? BinaryPrimitives.ReadSingleLittleEndian(words[(i * 4)..])
                : (float)BinaryPrimitives.ReadDoubleLittleEndian(words[(i * 8)..]);
        }

        return values;
    }

    private static uint Word(ReadOnlySpan<byte> words, int bitsAllocated, int index) => bitsAllocated switch
    {
        8 => words[index],
        16 => BinaryPrimitives.ReadUInt16LittleEndian(words[(index * 2)..]),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(words[(index * 4)..]),
    };

    /// <summary>
    /// Whether signed words are numbers as a whole, beyond Bits Stored: a writer that fills the bits above the high bit with the sign of
    /// negative numbers means a positive one where these bits are zero and the high bit is not. Any other bits there are garbage.
    /// </summary>
    private static bool AreWholeWords(ReadOnlySpan<byte> words, PixelLayout layout)
    {
        var spare = layout.BitsAllocated - 1 - layout.HighBit;
        if (!layout.Signed || spare == 0 || layout.HighBit != layout.BitsStored - 1)
        {
            return false;
        }

        var (negative, beyond) = (false, false);
        for (var i = 0; i < layout.FrameSamples; i++)
        {
            var word = Word(words, layout.BitsAllocated, i);
            var high = word >> (layout.HighBit + 1);
            var sign = (word >> layout.HighBit & 1) == 1;
            if (high == (1u << spare) - 1 && sign)
            {
                negative = true;
            }
            else if (high == 0)
            {
                beyond |= sign;
            }
            else
            {
                return false;
            }
        }

        return negative && beyond;
    }
}
