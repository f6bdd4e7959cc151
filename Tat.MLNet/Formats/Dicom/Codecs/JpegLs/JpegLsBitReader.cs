using System.Numerics;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>Reads the bits of compressed samples (section A.1): a byte after FF has seven bits, or is a marker.</summary>
internal ref struct JpegLsBitReader(ReadOnlySpan<byte> data)
{
    /// <summary>How many bits there are after filling up, at least.</summary>
    private const int FewestBits = 57;

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>The next bits, from the highest on.</summary>
    private ulong _bits;

    /// <summary>How many they are.</summary>
    private int _count;

    /// <summary>How many of them, the last ones, are zeros from beyond the end.</summary>
    private int _beyond;
    private int _at;

    /// <summary>Whether more bits were taken than there are.</summary>
    public readonly bool IsExhausted => _count < _beyond;

    /// <summary>Takes up to 32 bits.</summary>
    public uint Read(int bits)
    {
        if (_count < bits)
        {
            Fill();
        }

        // In two steps, as a shift by 64 is none.
        var value = (uint)(_bits >> 1 >> (63 - bits));
        Skip(bits);
        return value;
    }

    /// <summary>Takes zeros up to and with the one after them.</summary>
    /// <returns>The number of zeros, 57 or more where there are too many for a code.</returns>
    public int ReadZeros()
    {
        var zeros = BitOperations.LeadingZeroCount(_bits);
        if (zeros >= _count)
        {
            Fill();
            zeros = BitOperations.LeadingZeroCount(_bits);
        }

        Skip(Math.Min(zeros + 1, FewestBits));
        return zeros;
    }

    /// <summary>Ends a stretch of samples, after which there is nothing but padding before a marker.</summary>
    /// <exception cref="DicomDataException">More bits were taken than there are, or whole bytes are left.</exception>
    public void End()
    {
        Fill();
        if (IsExhausted || _count - _beyond >= 16)
        {
            throw JpegLsFrame.Damaged();
        }
    }

    /// <summary>Goes behind a restart marker.</summary>
    /// <param name="number">Its number, 0 … 7.</param>
    public void Restart(int number)
    {
        End();
        while (_at + 1 < _data.Length && _data[_at] == 0xFF && _data[_at + 1] == 0xFF)
        {
            _at++;
        }

        if (_at + 1 >= _data.Length || _data[_at] != 0xFF || _data[_at + 1] != 0xD0 + number)
        {
            throw JpegLsFrame.Damaged();
        }

        (_bits, _count, _beyond, _at) = (0, 0, 0, _at + 2);
    }

    private void Skip(int bits)
    {
        _bits <<= bits;
        _count -= bits;
    }

    private void Fill()
    {
        while (_count < FewestBits)
        {
            if (_beyond == 0 && _at < _data.Length && !IsMarker())
            {
                _count += _at > 0 && _data[_at - 1] == 0xFF ? 7 : 8;
                _bits |= (ulong)_data[_at++] << (64 - _count);
            }
            else
            {
                _count += 8;
                _beyond += 8;
            }
        }
    }

    private readonly bool IsMarker() => _data[_at] == 0xFF && (_at + 1 >= _data.Length || _data[_at + 1] >= 0x80);
}
