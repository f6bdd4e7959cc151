namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>
/// Encodes an image of one component after the figures of ITU-T T.87, step by step, with all parameters that the standard knows.
/// </summary>
internal sealed partial class JpegLsEncoder
{
    private static readonly int[] _runBits =
    [
        0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    private readonly List<byte> _bytes = [];
    private readonly int _near;
    private readonly int _maximum;
    private readonly int[] _thresholds;
    private readonly int _reset;
    private readonly int _range;
    private readonly int _plainBits;
    private readonly int _limit;
    private readonly int[] _a = new int[367];
    private readonly int[] _b = new int[367];
    private readonly int[] _c = new int[367];
    private readonly int[] _n = new int[367];
    private int _runIndex;
    private int _current;
    private int _free = 8;

    /// <summary>Prepares an encoder.</summary>
    /// <param name="near">The largest error.</param>
    /// <param name="maximum">MAXVAL.</param>
    /// <param name="thresholds">T1, T2 and T3.</param>
    /// <param name="reset">RESET.</param>
    public JpegLsEncoder(int near, int maximum, int[] thresholds, int reset)
    {
        (_near, _maximum, _thresholds, _reset) = (near, maximum, thresholds, reset);
        _range = near == 0 ? maximum + 1 : ((maximum + (2 * near)) / ((2 * near) + 1)) + 1;
        _plainBits = (int)Math.Ceiling(Math.Log2(_range));
        var bits = Math.Max(2, (int)Math.Ceiling(Math.Log2(maximum + 1)));
        _limit = 2 * (bits + Math.Max(8, bits));
    }

    /// <summary>Encodes an image, which becomes the one that a decoder will give.</summary>
    /// <param name="image">Its samples.</param>
    /// <param name="precision">Bits of a sample.</param>
    /// <param name="restartInterval">Rows from one restart marker to the next; 0 for none.</param>
    /// <param name="writeParameters">Whether the parameters stand in the file; else they must be the defaults.</param>
    public byte[] Encode(int[,] image, int precision, int restartInterval = 0, bool writeParameters = true)
    {
        var (height, width) = (image.GetLength(0), image.GetLength(1));
        Add(0xFF, 0xD8, 0xFF, 0xF7, 0, 11, precision, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0);
        if (writeParameters)
        {
            Add(0xFF, 0xF8, 0, 13, 1);
            foreach (var value in (int[])[_maximum, .. _thresholds, _reset])
            {
                Add(value >> 8, value & 255);
            }
        }

        if (restartInterval > 0)
        {
            Add(0xFF, 0xDD, 0, 4, restartInterval >> 8, restartInterval & 255);
        }

        Add(0xFF, 0xDA, 0, 8, 1, 1, 0, _near, 0, 0);
        for (var y = 0; y < height; y++)
        {
            var first = y == 0 || (restartInterval > 0 && y % restartInterval == 0);
            if (first)
            {
                Restart(y == 0 ? -1 : ((y / restartInterval) - 1) % 8);
            }

            EncodeLine(image, y, first, y > 1 && !(restartInterval > 0 && (y - 1) % restartInterval == 0));
        }

        Flush();
        Add(0xFF, 0xD9);
        return [.. _bytes];
    }

    private void Restart(int marker)
    {
        if (marker >= 0)
        {
            Flush();
            Add(0xFF, 0xD0 + marker);
        }

        Array.Fill(_a, Math.Max(2, (_range + 32) / 64));
        Array.Clear(_b);
        Array.Clear(_c);
        Array.Fill(_n, 1);
        _runIndex = 0;
    }

    private void EncodeLine(int[,] image, int y, bool isFirst, bool hasTwoAbove)
    {
        var width = image.GetLength(1);
        int Above(int x) => isFirst ? 0 : image[y - 1, Math.Min(x, width - 1)];
        for (var x = 0; x < width; x++)
        {
            var ra = x > 0 ? image[y, x - 1] : Above(0);
            var rb = Above(x);
            var rc = x > 0 ? Above(x - 1) : !isFirst && hasTwoAbove ? image[y - 2, 0] : 0;
            var rd = Above(x + 1);
            int[] gradients = [rd - rb, rb - rc, rc - ra];
            if (gradients.Any(gradient => Math.Abs(gradient) > _near))
            {
                image[y, x] = EncodeSample(image[y, x], ra, rb, rc, gradients);
                continue;
            }

            var start = x;
            while (x < width && Math.Abs(image[y, x] - ra) <= _near)
            {
                image[y, x++] = ra;
            }

            EncodeRunLength(x - start, x == width);
            if (x < width)
            {
                image[y, x] = EncodeInterruption(image[y, x], ra, Above(x));
                _runIndex = Math.Max(0, _runIndex - 1);
            }
        }
    }

    private int EncodeSample(int value, int ra, int rb, int rc, int[] gradients)
    {
        var context = 0;
        foreach (var gradient in gradients)
        {
            var size = Math.Abs(gradient);
            var region = size <= _near ? 0 : size < _thresholds[0] ? 1 : size < _thresholds[1] ? 2 : size < _thresholds[2] ? 3 : 4;
            context = (9 * context) + (gradient < 0 ? -region : region);
        }

        var sign = context < 0 ? -1 : 1;
        context *= sign;
        var prediction = rc >= Math.Max(ra, rb) ? Math.Min(ra, rb) : rc <= Math.Min(ra, rb) ? Math.Max(ra, rb) : ra + rb - rc;
        prediction = Math.Clamp(prediction + (sign * _c[context]), 0, _maximum);
        var error = Quantize((value - prediction) * sign);
        value = Math.Clamp(prediction + (sign * error * ((2 * _near) + 1)), 0, _maximum);
        error = Reduce(error);
        var k = 0;
        while (_n[context] << k < _a[context])
        {
            k++;
        }

        var mapped = _near == 0 && k == 0 && 2 * _b[context] <= -_n[context]
            ? error >= 0 ? (2 * error) + 1 : -2 * (error + 1)
            : error >= 0 ? 2 * error : (-2 * error) - 1;
        WriteCode(mapped, k, _limit);
        Update(context, error);
        return value;
    }

    private void Update(int context, int error)
    {
        _b[context] += error * ((2 * _near) + 1);
        _a[context] += Math.Abs(error);
        if (_n[context] == _reset)
        {
            _a[context] >>= 1;
            _b[context] = _b[context] >= 0 ? _b[context] >> 1 : -((1 - _b[context]) >> 1);
            _n[context] >>= 1;
        }

        _n[context]++;
        if (_b[context] <= -_n[context])
        {
            _b[context] = Math.Max(_b[context] + _n[context], 1 - _n[context]);
            _c[context] -= _c[context] > -128 ? 1 : 0;
        }
        else if (_b[context] > 0)
        {
            _b[context] = Math.Min(_b[context] - _n[context], 0);
            _c[context] += _c[context] < 127 ? 1 : 0;
        }
    }

    private void EncodeRunLength(int length, bool reachesEnd)
    {
        for (; length >= 1 << _runBits[_runIndex]; _runIndex = Math.Min(31, _runIndex + 1))
        {
            Write(1, 1);
            length -= 1 << _runBits[_runIndex];
        }

        if (!reachesEnd)
        {
            Write(0, 1);
            Write(length, _runBits[_runIndex]);
        }
        else if (length > 0)
        {
            Write(1, 1);
        }
    }

    private int EncodeInterruption(int value, int ra, int rb)
    {
        var kind = Math.Abs(ra - rb) <= _near ? 1 : 0;
        var (prediction, sign, context) = (kind == 1 ? ra : rb, kind == 0 && ra > rb ? -1 : 1, 365 + kind);
        var error = Quantize((value - prediction) * sign);
        value = Math.Clamp(prediction + (sign * error * ((2 * _near) + 1)), 0, _maximum);
        error = Reduce(error);
        var size = kind == 0 ? _a[context] : _a[context] + (_n[context] >> 1);
        var k = 0;
        while (_n[context] << k < size)
        {
            k++;
        }

        var map = error > 0 ? k == 0 && 2 * _b[context] < _n[context] : error < 0 && (k != 0 || 2 * _b[context] >= _n[context]);
        var mapped = (2 * Math.Abs(error)) - kind - (map ? 1 : 0);
        WriteCode(mapped, k, _limit - _runBits[_runIndex] - 1);
        _b[context] += error < 0 ? 1 : 0;
        _a[context] += (mapped + 1 - kind) >> 1;
        if (_n[context] == _reset)
        {
            _a[context] >>= 1;
            _n[context] >>= 1;
            _b[context] >>= 1;
        }

        _n[context]++;
        return value;
    }

    private int Quantize(int error) => error > 0 ? (error + _near) / ((2 * _near) + 1) : -((_near - error) / ((2 * _near) + 1));

    private int Reduce(int error)
    {
        error += error < 0 ? _range : 0;
        return error >= (_range + 1) / 2 ? error - _range : error;
    }
}
