using System.Buffers.Binary;
using System.Numerics;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>The preset coding parameters (section C.2.4.1.1); those that are 0 take their defaults.</summary>
/// <param name="Maximum">The largest sample (MAXVAL).</param>
/// <param name="T1">The first threshold of gradients.</param>
/// <param name="T2">The second one.</param>
/// <param name="T3">The third one.</param>
/// <param name="Reset">After how many samples the statistics of a context are halved.</param>
internal readonly record struct JpegLsPreset(int Maximum, int T1, int T2, int T3, int Reset)
{
    public static JpegLsPreset Read(ReadOnlySpan<byte> segment) => new(
        BinaryPrimitives.ReadUInt16BigEndian(segment),
        BinaryPrimitives.ReadUInt16BigEndian(segment[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(segment[4..]),
        BinaryPrimitives.ReadUInt16BigEndian(segment[6..]),
        BinaryPrimitives.ReadUInt16BigEndian(segment[8..]));

    /// <summary>Fills in the defaults of an image and checks the rest.</summary>
    /// <param name="precision">Bits of a sample.</param>
    /// <param name="near">The largest error.</param>
    /// <param name="ofMoreBits">Whether the thresholds of images of 8 bits and more hold for those of fewer, too: so do some programs
    /// compress, against the standard.</param>
    /// <exception cref="DicomDataException">Parameters are outside their ranges (table C.1).</exception>
    public JpegLsPreset Complete(int precision, int near, bool ofMoreBits = false)
    {
        var maximum = Maximum > 0 ? Maximum : (1 << precision) - 1;
        var (first, second, third) = DefaultThresholds(maximum, near, ofMoreBits);
        var complete = new JpegLsPreset(maximum, Or(T1, first), Or(T2, second), Or(T3, third), Or(Reset, 64));
        return complete.IsValid(precision, near) ? complete : throw JpegLsFrame.Damaged();
    }

    /// <summary>The number of values that a prediction error, divided by its step, can take (section A.2.1).</summary>
    public int Range(int near) => near == 0 ? Maximum + 1 : ((Maximum + (2 * near)) / ((2 * near) + 1)) + 1;

    /// <summary>The longest code of a sample in bits (LIMIT).</summary>
    public int LongestCode
    {
        get
        {
            var bits = Math.Max(2, BitOperations.Log2((uint)Maximum) + 1);
            return 2 * (bits + Math.Max(8, bits));
        }
    }

    private static int Or(int value, int otherwise) => value > 0 ? value : otherwise;

    /// <summary>Figure C.3.</summary>
    private static (int First, int Second, int Third) DefaultThresholds(int maximum, int near, bool ofMoreBits)
    {
        int Limit(int value, int lowest) => value > maximum || value < lowest ? lowest : value;
        if (maximum >= 128 || ofMoreBits)
        {
            var up = (Math.Min(maximum, 4095) + 128) / 256;
            var first = Limit(up + 2 + (3 * near), near + 1);
            var second = Limit((up * 4) + 3 + (5 * near), first);
            return (first, second, Limit((up * 17) + 4 + (7 * near), second));
        }
        else
        {
            var down = 256 / (maximum + 1);
            var first = Limit(Math.Max(2, (3 / down) + (3 * near)), near + 1);
            var second = Limit(Math.Max(3, (7 / down) + (5 * near)), first);
            return (first, second, Limit(Math.Max(4, (21 / down) + (7 * near)), second));
        }
    }

    private bool IsValid(int precision, int near) =>
        Maximum < 1 << precision && near <= Maximum / 2 && T1 > near && T1 <= T2 && T2 <= T3 && T3 <= Maximum && Reset >= 3;
}
