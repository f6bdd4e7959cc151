using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>The adaptive binary arithmetic decoder (annex C) over one codeword segment. Beyond its end there are ones.</summary>
internal ref struct MqDecoder : IBlockBits
{
    private readonly ReadOnlySpan<byte> _data;

    /// <summary>The state of each context, as in <see cref="MqStates"/>.</summary>
    private readonly Span<uint> _contexts;

    /// <summary>The register C of the standard.</summary>
    private uint _code;

    /// <summary>The register A.</summary>
    private uint _interval = 0x8000;

    /// <summary>The counter CT.</summary>
    private int _count;

    /// <summary>The byte B is the one before.</summary>
    private int _at = 1;

    /// <summary>Bytes that were taken from beyond the end.</summary>
    private int _beyond;

    public MqDecoder(ReadOnlySpan<byte> data, Span<uint> contexts)
    {
        _data = data;
        _contexts = contexts;
        _code = ByteAt(0) << 16;
        ReadByte();
        _code <<= 7;
        _count -= 7;
    }

    public readonly int Unread => _data.Length - _at - _beyond;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Decode(int context)
    {
        ref var state = ref _contexts[context];
        var current = state;
        var estimate = MqStates.Estimate(current);
        _interval -= estimate;
        if (_code >> 16 < estimate)
        {
            return DecodeUnlikely(ref state, estimate);
        }

        _code -= estimate << 16;
        return (_interval & 0x8000) != 0 ? MqStates.Likely(current) : DecodeLikely(ref state, estimate);
    }

    public bool DecodeSign(int neighbours)
    {
        var (context, isInverted) = BlockContexts.Sign(neighbours);
        return Decode(context) != isInverted;
    }

    /// <summary>The lower part of the interval, which is the likely symbol's unless it has become the smaller one.</summary>
    private bool DecodeLikely(ref uint state, uint estimate)
    {
        var exchanged = _interval < estimate;
        var symbol = MqStates.Likely(state) != exchanged;
        state = exchanged ? MqStates.AfterUnlikely(state) : MqStates.AfterLikely(state);
        Renormalize();
        return symbol;
    }

    /// <summary>The upper part.</summary>
    private bool DecodeUnlikely(ref uint state, uint estimate)
    {
        var exchanged = _interval < estimate;
        var symbol = MqStates.Likely(state) == exchanged;
        state = exchanged ? MqStates.AfterLikely(state) : MqStates.AfterUnlikely(state);
        _interval = estimate;
        Renormalize();
        return symbol;
    }

    private void Renormalize()
    {
        var shift = BitOperations.LeadingZeroCount(_interval) - 16;
        _interval <<= shift;
        while (shift > _count)
        {
            _code <<= _count;
            shift -= _count;
            ReadByte();
        }

        _code <<= shift;
        _count -= shift;
    }

    /// <summary>A byte after FF carries into the bit before it; FF before a byte above 8F is the end.</summary>
    private void ReadByte()
    {
        var next = ByteAt(_at);
        if (ByteAt(_at - 1) != 0xFF)
        {
            _code += next << 8;
            _count = 8;
            _at++;
        }
        else if (next > 0x8F)
        {
            _code += 0xFF00;
            _count = 8;
            _beyond++;
        }
        else
        {
            _code += next << 9;
            _count = 7;
            _at++;
        }
    }

    private readonly uint ByteAt(int index) => index < _data.Length ? _data[index] : 0xFFu;
}
