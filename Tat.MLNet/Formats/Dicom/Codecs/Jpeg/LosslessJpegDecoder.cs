using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>
/// Decodes lossless JPEG images of one component (process 14; ISO/IEC 10918-1, annex H), 2 to 16 bits, any predictor, point transform and
/// restart interval.
/// </summary>
/// <remarks>
/// JpegLibrary 0.4.32 reads lossless images of 16 bits too, but gives wrong values for the predictors 2 and 7 without an error, so this
/// process is decoded here.
/// </remarks>
internal ref struct LosslessJpegDecoder
{
    private readonly ReadOnlySpan<byte> _image;
    private readonly HuffmanTable?[] _tables = new HuffmanTable?[4];
    private int _restartInterval;
    private int _height;
    private int _width;
    private int _precision;

    private LosslessJpegDecoder(ReadOnlySpan<byte> image) => _image = image;

    /// <summary>Decodes an image.</summary>
    /// <exception cref="DicomDataException">It is damaged.</exception>
    public static ushort[] Decode(ReadOnlySpan<byte> image) => new LosslessJpegDecoder(image).Decode();

    private ushort[] Decode()
    {
        for (var at = 2; at + 4 <= _image.Length;)
        {
            if (_image[at] != 0xFF)
            {
                throw JpegFrame.Damaged();
            }

            var marker = _image[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            var length = (_image[at + 2] << 8) | _image[at + 3];
            if (length < 2 || at + 2 + length > _image.Length)
            {
                throw JpegFrame.Damaged();
            }

            var segment = _image.Slice(at + 4, length - 2);
            at += 2 + length;
            switch (marker)
            {
                case 0xC3 when segment.Length >= 6:
                    _precision = segment[0];
                    _height = (segment[1] << 8) | segment[2];
                    _width = (segment[3] << 8) | segment[4];
                    break;
                case 0xC4:
                    ReadTables(segment);
                    break;
                case 0xDD when segment.Length >= 2:
                    _restartInterval = (segment[0] << 8) | segment[1];
                    break;
                case 0xDA when segment.Length >= 6 && segment[0] == 1 && _width > 0 && _height > 0:
                    return DecodeScan(_image[at..], segment[2] >> 4, predictor: segment[3], pointTransform: segment[5] & 15);
            }
        }

        throw JpegFrame.Damaged();
    }

    private readonly void ReadTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            var index = segment[0] & 15;
            var count = 0;
            foreach (var codes in segment.Slice(1, 16))
            {
                count += codes;
            }

            if (index > 3 || count > segment.Length - 17)
            {
                throw JpegFrame.Damaged();
            }

            _tables[index] = new HuffmanTable(segment.Slice(1, 16), segment.Slice(17, count));
            segment = segment[(17 + count)..];
        }
    }

    private readonly ushort[] DecodeScan(ReadOnlySpan<byte> data, int table, int predictor, int pointTransform)
    {
        if (table > 3 || _tables[table] is not { } codes || predictor is < 1 or > 7 || _precision is < 2 or > 16
            || pointTransform >= _precision)
        {
            throw JpegFrame.Damaged();
        }

        var samples = new ushort[_height * _width];
        var bits = new JpegBitReader(data);
        var initial = 1 << (_precision - pointTransform - 1);
        var left = _restartInterval;
        var firstRow = true;
        for (var y = 0; y < _height; y++)
        {
            var row = samples.AsSpan(y * _width, _width);
            var above = firstRow ? default : samples.AsSpan((y - 1) * _width, _width);
            for (var x = 0; x < _width; x++)
            {
                if (_restartInterval > 0 && left == 0)
                {
                    bits.Restart();
                    left = _restartInterval;

                    // Intervals are whole rows (H.1.1): prediction begins as in the first one.
                    above = default;
                }

                var prediction = x == 0 ? above.IsEmpty ? initial : above[0]
                    : above.IsEmpty ? row[x - 1]
                    : Predict(predictor, row[x - 1], above[x], above[x - 1]);
                row[x] = (ushort)(prediction + codes.ReadDifference(ref bits));
                left--;
            }

            firstRow = false;
        }

        if (pointTransform > 0)
        {
            foreach (ref var sample in samples.AsSpan())
            {
                sample = (ushort)(sample << pointTransform);
            }
        }

        return samples;
    }

    /// <summary>
    /// Table H.1; <paramref name="a"/> is to the left, <paramref name="b"/> above, <paramref name="c"/> above to the left.
    /// </summary>
    private static int Predict(int predictor, int a, int b, int c) => predictor switch
    {
        1 => a,
        2 => b,
        3 => c,
        4 => a + b - c,
        5 => a + ((b - c) >> 1),
        6 => b + ((a - c) >> 1),
        _ => (a + b) >> 1,
    };
}
