using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.JpegLs;

/// <summary>The marker segments before the compressed samples (annex C).</summary>
internal sealed class JpegLsHeader
{
    private const byte StartOfImage = 0xD8;
    private const byte StartOfScan = 0xDA;
    private const byte DefineRestartInterval = 0xDD;
    private const byte Comment = 0xFE;
    private const byte StartOfFrame = 0xF7;
    private const byte Parameters = 0xF8;

    public int Precision { get; private set; }

    public int Height { get; private set; }

    public int Width { get; private set; }

    public int Components { get; private set; }

    /// <summary>Lines from one restart marker to the next; 0 where there are none.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>The largest difference between a decoded sample and the original; 0 is lossless.</summary>
    public int Near { get; private set; }

    public JpegLsPreset Preset { get; private set; }

    /// <summary>
    /// What programs take for the parameters that do not take those of the standard; <see langword="null"/> where they are the same.
    /// </summary>
    public JpegLsPreset? OtherPreset { get; private set; }

    /// <summary>Where the compressed samples begin.</summary>
    public int ScanStart { get; private set; }

    /// <summary>Reads the segments up to the first scan, which is the only one of an image of one component.</summary>
    /// <exception cref="DicomDataException">They are damaged or use what cannot be decoded.</exception>
    public static JpegLsHeader Read(ReadOnlySpan<byte> image)
    {
        if (!image.StartsWith((ReadOnlySpan<byte>)[0xFF, StartOfImage]))
        {
            throw JpegLsFrame.Damaged();
        }

        var header = new JpegLsHeader();
        for (var at = 2; at + 4 <= image.Length && image[at] == 0xFF;)
        {
            var marker = image[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(image[(at + 2)..]);
            if (length < 2 || at + 2 + length > image.Length)
            {
                break;
            }

            header.ReadSegment(marker, image.Slice(at + 4, length - 2));
            at += 2 + length;
            if (marker == StartOfScan)
            {
                header.ScanStart = at;
                return header;
            }
        }

        throw JpegLsFrame.Damaged();
    }

    private void ReadSegment(byte marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case StartOfFrame when segment.Length >= 6 && Precision == 0:
                Precision = segment[0] is >= 2 and <= 16 ? segment[0] : throw JpegLsFrame.Damaged();
                Height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
                Width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
                Components = segment[5];
                break;
            case Parameters when segment.Length >= 1:
                ReadParameters(segment);
                break;
            case DefineRestartInterval when segment.Length is >= 2 and <= 4:
                RestartInterval = ReadInterval(segment);
                break;
            case StartOfScan when Precision > 0:
                ReadScan(segment);
                break;
            case Comment or (>= 0xE0 and <= 0xEF):
                break;
            default:
                throw JpegLsFrame.Damaged();
        }
    }

    /// <summary>
    /// The segments of kinds 2 and 3, mapping tables, matter only where the scan uses them; that of kind 4, a size beyond 65535, has no
    /// place in DICOM.
    /// </summary>
    private void ReadParameters(ReadOnlySpan<byte> segment)
    {
        if (segment[0] == 1)
        {
            Preset = segment.Length >= 11 ? JpegLsPreset.Read(segment[1..]) : throw JpegLsFrame.Damaged();
        }
    }

    private static int ReadInterval(ReadOnlySpan<byte> segment)
    {
        var interval = 0u;
        foreach (var part in segment)
        {
            interval = (interval << 8) | part;
        }

        return (int)Math.Min(interval, int.MaxValue);
    }

    private void ReadScan(ReadOnlySpan<byte> segment)
    {
        if (segment is not [1, _, var table, var near, var interleave, var transform])
        {
            // Scans of several components belong to an image of several, which is refused by that.
            if (Components == 1)
            {
                throw JpegLsFrame.Damaged();
            }

            return;
        }

        if (table != 0)
        {
            throw JpegLsFrame.Unsupported("has a mapping table");
        }

        if (transform != 0)
        {
            throw JpegLsFrame.Unsupported("has a point transform");
        }

        Near = near;
        var given = interleave <= 2 ? Preset : throw JpegLsFrame.Damaged();
        Preset = given.Complete(Precision, near);
        OtherPreset = given is { T1: 0, T2: 0, T3: 0 } && given.Complete(Precision, near, ofMoreBits: true) is var other && other != Preset
            ? other
            : null;
    }
}
