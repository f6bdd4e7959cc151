namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>
/// Reads the bits of an entropy-coded segment (ISO/IEC 10918-1, section F.2.2.5); those after its end are zeros, up to a limit.
/// </summary>
internal ref struct JpegBitReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;
    private uint _bits;
    private int _count;
    private int _beyond;

    /// <summary>The next 16 bits, without taking them.</summary>
    public int Peek16()
    {
        while (_count < 16)
        {
            _bits = (_bits << 8) | NextByte();
            _count += 8;
        }

        return (int)(_bits >> (_count - 16)) & 0xFFFF;
    }

    public void Skip(int bits) => _count -= bits;

    /// <summary>Takes up to 16 bits.</summary>
    public int Read(int bits)
    {
        if (bits == 0)
        {
            return 0;
        }

        var value = Peek16() >> (16 - bits);
        _count -= bits;
        return value;
    }

    /// <summary>Goes behind the next restart marker.</summary>
    public void Restart()
    {
        (_bits, _count, _beyond) = (0, 0, 0);
        while (_at + 1 < _data.Length)
        {
            if (_data[_at] == 0xFF && _data[_at + 1] is >= 0xD0 and <= 0xD7)
            {
                _at += 2;
                return;
            }

            _at++;
        }

        throw JpegFrame.Damaged();
    }

    private byte NextByte()
    {
        if (_at < _data.Length && _data[_at] != 0xFF)
        {
            return _data[_at++];
        }

        // FF 00 is the byte FF; FF before anything else ends the segment, where look-ahead may need two more bytes.
        if (_at + 1 < _data.Length && _data[_at + 1] == 0)
        {
            _at += 2;
            return 0xFF;
        }

        return _beyond++ < 3 ? (byte)0 : throw JpegFrame.Damaged();
    }
}
