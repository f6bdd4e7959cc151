namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>Reads the bits of a packet header (section B.10.1): a byte after FF has seven.</summary>
internal ref struct PacketHeaderBits(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _current;
    private int _left;

    /// <summary>The bytes that were taken.</summary>
    public int Position { get; private set; }

    public int ReadBit()
    {
        if (_left == 0)
        {
            _left = _current == 0xFF ? 7 : 8;
            _current = Position < _data.Length ? _data[Position++] : throw Jpeg2000Frame.Damaged();
        }

        return (_current >> --_left) & 1;
    }

    /// <summary>Reads up to 31 bits.</summary>
    public int Read(int bits)
    {
        var value = 0;
        while (bits-- > 0)
        {
            value = (value << 1) | ReadBit();
        }

        return value;
    }

    /// <summary>Goes behind the last byte, and behind the one stuffed after an FF.</summary>
    public void End()
    {
        if (_current == 0xFF)
        {
            _left = 0;
            ReadBit();
        }
    }
}
