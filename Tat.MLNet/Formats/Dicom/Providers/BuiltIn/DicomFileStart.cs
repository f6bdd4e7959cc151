using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Tells DICOM files by their first bytes, with or without preamble and file meta information (PS3.10, section 7.1).</summary>
internal static class DicomFileStart
{
    private const int Preamble = 128;

    /// <summary>Bytes that are enough to tell.</summary>
    public const int Size = Preamble + 4 + 8;

    /// <summary>Whether a file begins like a DICOM file.</summary>
    public static bool IsDicom(ImageContent content)
    {
        if (content.Length == 0)
        {
            return false;
        }

        using var file = content.Open(1);
        var start = new byte[Size];
        return FindFirstElement(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))) is not null;
    }

    /// <summary>Where the first element is; <see langword="null"/> where the bytes are no DICOM file.</summary>
    public static int? FindFirstElement(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Preamble + 4 && bytes.Slice(Preamble, 4).SequenceEqual("DICM"u8))
        {
            return Preamble + 4;
        }

        if (bytes.StartsWith("DICM"u8))
        {
            return 4;
        }

        return GuessSyntax(bytes) is null ? null : 0;
    }

    /// <summary>The encoding of a data set that begins with these bytes; <see langword="null"/> where they are none.</summary>
    /// <remarks>A data set begins in group 2 or 8 with a short element that real objects have there.</remarks>
    public static TransferSyntax? GuessSyntax(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8)
        {
            return null;
        }

        var littleEndian = bytes[0] is 2 or 8 && bytes[1] == 0;
        var bigEndian = bytes[1] is 2 or 8 && bytes[0] == 0;
        if (!littleEndian && !bigEndian)
        {
            return null;
        }

        var vr = DicomVrs.Of(bytes[4], bytes[5]);
        if (Enum.IsDefined(vr) && vr != DicomVr.None)
        {
            return bigEndian ? TransferSyntax.ExplicitBigEndian : TransferSyntax.ExplicitLittleEndian;
        }

        var tag = new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return littleEndian && length < 1024 && VrDictionary.Find(tag, false) != DicomVr.UN ? TransferSyntax.ImplicitLittleEndian : null;
    }
}
