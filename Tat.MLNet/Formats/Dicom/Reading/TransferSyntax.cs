namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>How a data set and its pixels are encoded (PS3.5, section 10; PS3.6, annex A).</summary>
internal sealed record TransferSyntax(
    string Uid, string Name, PixelCodec Codec, bool Explicit = true, bool BigEndian = false, bool Deflated = false)
{
    /// <summary>What to do with a file that cannot be decoded, as the rest of a sentence.</summary>
    public const string Conversion = "convert the file to Explicit VR Little Endian, for example with 'gdcmconv --raw'";

    public static readonly TransferSyntax ImplicitLittleEndian = new(
        "1.2.840.10008.1.2", "Implicit VR Little Endian", PixelCodec.Native, Explicit: false);
    public static readonly TransferSyntax ExplicitLittleEndian = new("1.2.840.10008.1.2.1", "Explicit VR Little Endian", PixelCodec.Native);
    public static readonly TransferSyntax ExplicitBigEndian = new(
        "1.2.840.10008.1.2.2", "Explicit VR Big Endian", PixelCodec.Native, BigEndian: true);

    private static readonly Dictionary<string, TransferSyntax> _known = new[]
    {
        ImplicitLittleEndian,
        ExplicitLittleEndian,
        ExplicitBigEndian,
        new("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", PixelCodec.Native, Deflated: true),
        new("1.2.840.10008.1.2.5", "RLE Lossless", PixelCodec.Rle),
        new("1.2.840.10008.1.2.4.50", "JPEG Baseline (Process 1)", PixelCodec.Jpeg),
        new("1.2.840.10008.1.2.4.51", "JPEG Extended (Process 2 and 4)", PixelCodec.Jpeg),
        new("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)", PixelCodec.Jpeg),
        new("1.2.840.10008.1.2.4.55", "JPEG Full Progression, Non-Hierarchical (Process 10 and 12)", PixelCodec.Jpeg),
        new("1.2.840.10008.1.2.4.57", "JPEG Lossless, Non-Hierarchical (Process 14)", PixelCodec.Jpeg),
        new("1.2.840.10008.1.2.4.70", "JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])",
            PixelCodec.Jpeg),
        new("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless Image Compression", PixelCodec.JpegLs),
        new("1.2.840.10008.1.2.4.81", "JPEG-LS Lossy (Near-Lossless) Image Compression", PixelCodec.JpegLs),
        new("1.2.840.10008.1.2.4.90", "JPEG 2000 Image Compression (Lossless Only)", PixelCodec.Jpeg2000),
        new("1.2.840.10008.1.2.4.91", "JPEG 2000 Image Compression", PixelCodec.Jpeg2000),
        new("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)", PixelCodec.Jpeg2000),
        new("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2 Multi-component Image Compression", PixelCodec.Jpeg2000),
        new("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile / High Level", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile / Level 5.1", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.112", "JPEG XL", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Image Compression (Lossless Only)", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)", PixelCodec.Other),
        new("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000 Image Compression", PixelCodec.Other),
    }.ToDictionary(syntax => syntax.Uid);

    /// <summary>The syntax of a UID; one of unknown name and codec for UIDs that are not listed.</summary>
    public static TransferSyntax Of(string uid) =>
        _known.GetValueOrDefault(uid) ?? new TransferSyntax(uid, "of unknown name", PixelCodec.Other);

    /// <summary>Whether it is one of the standard's.</summary>
    public bool IsKnown => _known.ContainsKey(Uid);

    /// <summary>Whether decoded pixels are not those that were encoded.</summary>
    public bool IsLossy =>
        Name.StartsWith("JPEG", StringComparison.Ordinal) && (Name.Contains("Near-Lossless", StringComparison.Ordinal)
            || !Name.Contains("Lossless", StringComparison.Ordinal)) && Uid != "1.2.840.10008.1.2.4.110";

    public override string ToString() => $"{Name} ({Uid})";
}

/// <summary>Who decodes the pixels of a transfer syntax.</summary>
internal enum PixelCodec
{
    /// <summary>They are not compressed.</summary>
    Native,

    /// <summary>RLE (PS3.5, annex G).</summary>
    Rle,

    /// <summary>JPEG (ISO/IEC 10918-1), any process.</summary>
    Jpeg,

    /// <summary>JPEG-LS (ITU-T T.87).</summary>
    JpegLs,

    /// <summary>JPEG 2000 (ITU-T T.800).</summary>
    Jpeg2000,

    /// <summary>None on board.</summary>
    Other,
}
