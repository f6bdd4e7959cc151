namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>
/// The bits of passes that bypass the arithmetic coder (section D.6): a byte after FF has seven. Beyond the end there are ones.
/// </summary>
internal ref struct PlainBits(ReadOnlySpan<byte> data) : IBlockBits
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _current;
    private int _left;
    private int _at;

    public readonly int Unread => _data.Length - _at;

    public bool Decode(int context)
    {
        if (_left == 0)
        {
            _left = _current == 0xFF ? 7 : 8;
            _current = _at < _data.Length ? _data[_at] : 0xFF;
            _at++;
        }

        return ((_current >> --_left) & 1) != 0;
    }

    public bool DecodeSign(int neighbours) => Decode(0);
}
