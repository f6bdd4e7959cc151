using System.Numerics;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>Decodes the samples of a scan (annex A).</summary>
internal ref struct JpegLsScan
{
    private const int Contexts = 365;

    private readonly JpegLsHeader _header;
    private readonly JpegLsPreset _preset;
    private readonly int _near;
    private readonly int _range;

    /// <summary>Errors count in steps of this size.</summary>
    private readonly int _step;

    /// <summary>The bits of a sample whose code would be too long.</summary>
    private readonly int _plainBits;
    private readonly int _longestCode;
    private readonly GradientRegions _regions;

    /// <summary>Those of gradients, then those of interrupted runs between unlike and between like neighbours.</summary>
    private readonly JpegLsContext[] _contexts = new JpegLsContext[Contexts + 2];
    private JpegLsBitReader _bits;
    private int _runIndex;

    public JpegLsScan(ReadOnlySpan<byte> data, JpegLsHeader header, JpegLsPreset preset)
    {
        _header = header;
        _preset = preset;
        _near = header.Near;
        _step = (2 * _near) + 1;
        _range = _preset.Range(_near);
        _plainBits = BitOperations.Log2((uint)_range - 1) + 1;
        _longestCode = _preset.LongestCode;
        _regions = new GradientRegions(_preset, _near);
        _bits = new JpegLsBitReader(data);
    }

    /// <summary>The length of a run that a bit stands for, as a power of two (table A.8).</summary>
    private static ReadOnlySpan<byte> RunBits =>
        [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Decodes the samples, row by row.</summary>
    /// <exception cref="DicomDataException">The data is damaged.</exception>
    public ushort[] Decode()
    {
        var (height, width) = (_header.Height, _header.Width);
        var samples = new ushort[height * width];

        // A sample more on either side, for the neighbours of the first and the last one.
        var (above, line) = (new ushort[width + 2], new ushort[width + 2]);
        for (var y = 0; y < height; y++)
        {
            if (y == 0 || (_header.RestartInterval > 0 && y % _header.RestartInterval == 0))
            {
                Begin(y);
                Array.Clear(above);
            }

            line[0] = above[1];
            above[^1] = above[^2];
            DecodeLine(above, line);
            if (_bits.IsExhausted)
            {
                throw JpegLsFrame.Damaged();
            }

            line.AsSpan(1, width).CopyTo(samples.AsSpan(y * width));
            (above, line) = (line, above);
        }

        _bits.End();
        return samples;
    }

    private void Begin(int y)
    {
        if (y > 0)
        {
            _bits.Restart(((y / _header.RestartInterval) - 1) & 7);
        }

        Array.Fill(_contexts, JpegLsContext.Create(_range));
        _runIndex = 0;
    }

    private void DecodeLine(ReadOnlySpan<ushort> above, Span<ushort> line)
    {
        for (var x = 1; x < line.Length - 1;)
        {
            int left = line[x - 1], up = above[x], upLeft = above[x - 1], upRight = above[x + 1];
            if (_regions.Find(upRight - up, up - upLeft, upLeft - left, out var context))
            {
                line[x++] = (ushort)DecodeSample(context, left, up, upLeft);
            }
            else
            {
                x += DecodeRun(above[x..^1], line[x..^1], left);
            }
        }
    }

    /// <summary>A sample that is not in a run (sections A.4 to A.6).</summary>
    private int DecodeSample(int signedContext, int left, int up, int upLeft)
    {
        var sign = signedContext >> 31;
        ref var context = ref _contexts[Math.Abs(signedContext)];
        var prediction = Math.Clamp(Predict(left, up, upLeft) + ((context.Correction ^ sign) - sign), 0, _preset.Maximum);
        var lowBits = context.LowBits;
        var error = context.ToError(ReadCode(lowBits, _longestCode), lowBits, _near == 0);
        context.Update(error, _step, _preset.Reset);
        return Reconstruct(prediction, (error ^ sign) - sign);
    }

    /// <summary>The median of three guesses, which finds edges (figure A.5).</summary>
    private static int Predict(int left, int up, int upLeft)
    {
        var (low, high) = left < up ? (left, up) : (up, left);
        return upLeft >= high ? low : upLeft <= low ? high : left + up - upLeft;
    }

    /// <summary>Undoes the reduction modulo the range (section A.4.5).</summary>
    private readonly int Reconstruct(int prediction, int error)
    {
        var sample = prediction + (error * _step);
        if (sample < -_near)
        {
            sample += _range * _step;
        }
        else if (sample > _preset.Maximum + _near)
        {
            sample -= _range * _step;
        }

        return Math.Clamp(sample, 0, _preset.Maximum);
    }

    /// <summary>A run of like samples, and the sample that ends it before the line does (section A.7).</summary>
    /// <param name="above">The rest of the line above.</param>
    /// <param name="line">The rest of the line.</param>
    /// <param name="left">The sample that is repeated.</param>
    /// <returns>How many samples were decoded.</returns>
    private int DecodeRun(ReadOnlySpan<ushort> above, Span<ushort> line, int left)
    {
        var length = 0;
        while (_bits.Read(1) == 1)
        {
            var piece = 1 << RunBits[_runIndex];
            var rest = line.Length - length;
            if (piece <= rest && _runIndex < RunBits.Length - 1)
            {
                _runIndex++;
            }

            length += Math.Min(piece, rest);
            if (length == line.Length)
            {
                line.Fill((ushort)left);
                return length;
            }
        }

        length += (int)_bits.Read(RunBits[_runIndex]);
        if (length >= line.Length)
        {
            throw JpegLsFrame.Damaged();
        }

        line[..length].Fill((ushort)left);
        line[length] = (ushort)DecodeInterruption(left, above[length]);
        _runIndex = Math.Max(_runIndex - 1, 0);
        return length + 1;
    }

    private int DecodeInterruption(int left, int up)
    {
        var kind = Math.Abs(left - up) <= _near ? 1 : 0;
        ref var context = ref _contexts[Contexts + kind];
        var lowBits = context.LowBitsOfInterruption(kind);
        var code = ReadCode(lowBits, _longestCode - RunBits[_runIndex] - 1);
        var error = context.ToErrorOfInterruption(code, lowBits, kind);
        context.UpdateInterruption(error, code, kind, _preset.Reset);
        return kind == 1 ? Reconstruct(left, error) : Reconstruct(up, left > up ? -error : error);
    }

    /// <summary>A Golomb code of limited length (section A.5.3).</summary>
    private int ReadCode(int lowBits, int longest)
    {
        var high = _bits.ReadZeros();
        var limit = longest - _plainBits - 1;
        var code = high < limit ? ((long)high << lowBits) | _bits.Read(lowBits)
            : high == limit ? _bits.Read(_plainBits) + 1L
            : throw JpegLsFrame.Damaged();
        return code <= 2 * _range ? (int)code : throw JpegLsFrame.Damaged();
    }
}
