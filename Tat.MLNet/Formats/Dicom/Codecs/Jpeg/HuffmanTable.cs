namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>
/// A Huffman table of the lossless process (ISO/IEC 10918-1, annexes C and F.2.2.3): the code of each category of differences.
/// </summary>
internal sealed class HuffmanTable
{
    private const int FastBits = 9;

    private readonly int[] _firstCode = new int[18];
    private readonly int[] _firstIndex = new int[18];
    private readonly byte[] _values;

    /// <summary>Category and length of the code that each 9 bits begin with; length 0 for longer codes.</summary>
    private readonly (byte Value, byte Length)[] _fast = new (byte, byte)[1 << FastBits];

    /// <summary>Builds the table.</summary>
    /// <param name="counts">Number of codes of 1 … 16 bits.</param>
    /// <param name="values">The categories in the order of their codes.</param>
    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values)
    {
        _values = values.ToArray();
        var (code, index) = (0, 0);
        for (var length = 1; length <= 16; length++)
        {
            (_firstCode[length], _firstIndex[length]) = (code, index);
            for (var i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= 1 << length)
                {
                    throw JpegFrame.Damaged();
                }

                if (length <= FastBits)
                {
                    _fast.AsSpan(code << (FastBits - length), 1 << (FastBits - length)).Fill((_values[index], (byte)length));
                }
            }

            code <<= 1;
        }

        (_firstCode[17], _firstIndex[17]) = (code, index);
    }

    /// <summary>Reads the difference between a sample and its prediction, modulo 65536 (section H.1.2.2).</summary>
    public int ReadDifference(ref JpegBitReader bits)
    {
        var category = ReadCategory(ref bits);
        if (category == 0)
        {
            return 0;
        }

        if (category == 16)
        {
            return 32768;
        }

        var value = bits.Read(category);
        return value < 1 << (category - 1) ? value - (1 << category) + 1 : value;
    }

    private int ReadCategory(ref JpegBitReader bits)
    {
        var next = bits.Peek16();
        var (value, length) = _fast[next >> (16 - FastBits)];
        if (length > 0)
        {
            bits.Skip(length);
            return Check(value);
        }

        for (length = FastBits + 1; length <= 16; length++)
        {
            var offset = (next >> (16 - length)) - _firstCode[length];
            if (offset >= 0 && offset < _firstIndex[length + 1] - _firstIndex[length])
            {
                bits.Skip(length);
                return Check(_values[_firstIndex[length] + offset]);
            }
        }

        throw JpegFrame.Damaged();
    }

    private static int Check(int category) => category <= 16 ? category : throw JpegFrame.Damaged();
}
