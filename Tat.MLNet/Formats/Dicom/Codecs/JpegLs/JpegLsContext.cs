namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>The statistics of a context (sections A.2 and A.6).</summary>
internal struct JpegLsContext
{
    private const int LowestCorrection = -128;
    private const int HighestCorrection = 127;
    private int _magnitudes;
    private int _count;

    /// <summary>The sum of the errors; in the contexts of run interruptions, the number of negative ones.</summary>
    private int _bias;

    /// <summary>What is added to the prediction.</summary>
    public int Correction { get; private set; }

    public static JpegLsContext Create(int range) => new() { _magnitudes = Math.Max(2, (range + 32) / 64), _count = 1 };

    /// <summary>The number of low bits that are not in the unary part of a code.</summary>
    public readonly int LowBits => LowBitsOf(_magnitudes);

    /// <summary>The error that a code of a sample stands for (section A.5.2).</summary>
    public readonly int ToError(int code, int lowBits, bool lossless)
    {
        var error = (code >> 1) ^ -(code & 1);

        // Where errors lean to the negative, the order is the other way round.
        return lossless && lowBits == 0 && 2 * _bias <= -_count ? ~error : error;
    }

    /// <summary>Takes an error into the statistics.</summary>
    public void Update(int error, int step, int reset)
    {
        _bias += error * step;
        _magnitudes += Math.Abs(error);
        if (_count == reset)
        {
            _magnitudes >>= 1;
            _bias >>= 1;
            _count >>= 1;
        }

        _count++;
        if (_bias <= -_count)
        {
            _bias = Math.Max(_bias + _count, 1 - _count);
            Correction = Math.Max(Correction - 1, LowestCorrection);
        }
        else if (_bias > 0)
        {
            _bias = Math.Min(_bias - _count, 0);
            Correction = Math.Min(Correction + 1, HighestCorrection);
        }
    }

    /// <summary>The number of low bits of the code of a sample that interrupts a run (section A.7.2.1).</summary>
    /// <param name="kind">1 where the neighbours to the left and above are alike, else 0.</param>
    public readonly int LowBitsOfInterruption(int kind) => LowBitsOf(kind == 0 ? _magnitudes : _magnitudes + (_count >> 1));

    /// <summary>The error of a sample that interrupts a run.</summary>
    public readonly int ToErrorOfInterruption(int code, int lowBits, int kind)
    {
        var odd = (code + kind) & 1;
        var magnitude = (code + kind + odd) >> 1;
        var oddIsNegative = lowBits != 0 || 2 * _bias >= _count;
        return oddIsNegative == (odd == 1) ? -magnitude : magnitude;
    }

    /// <summary>Takes the error of a sample that interrupts a run into the statistics.</summary>
    public void UpdateInterruption(int error, int code, int kind, int reset)
    {
        _bias += error < 0 ? 1 : 0;
        _magnitudes += (code + 1 - kind) >> 1;
        if (_count == reset)
        {
            _magnitudes >>= 1;
            _count >>= 1;
            _bias >>= 1;
        }

        _count++;
    }

    private readonly int LowBitsOf(int magnitudes)
    {
        var bits = 0;
        while (_count << bits < magnitudes)
        {
            bits++;
        }

        return bits;
    }
}
