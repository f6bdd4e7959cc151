namespace Tat.Tests.Formats.Dicom.Codecs;

internal sealed partial class JpegLsEncoder
{
    private void WriteCode(int value, int k, int limit)
    {
        var high = value >> k;
        if (high < limit - _plainBits - 1)
        {
            Write(0, high);
            Write(1, 1);
            Write(value & ((1 << k) - 1), k);
        }
        else
        {
            Write(0, limit - _plainBits - 1);
            Write(1, 1);
            Write(value - 1, _plainBits);
        }
    }

    private void Write(int value, int bits)
    {
        while (bits-- > 0)
        {
            _current = (_current << 1) | (bits < 31 ? (value >> bits) & 1 : 0);
            if (--_free == 0)
            {
                _bytes.Add((byte)_current);
                (_current, _free) = (0, _bytes[^1] == 0xFF ? 7 : 8);
            }
        }
    }

    private void Flush()
    {
        while (_free != 8)
        {
            Write(0, 1);
        }
    }

    private void Add(params int[] bytes) => _bytes.AddRange(bytes.Select(value => (byte)value));
}
