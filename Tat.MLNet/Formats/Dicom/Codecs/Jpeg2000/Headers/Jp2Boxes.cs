using System.Buffers.Binary;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The boxes of a JP2 file (annex I). DICOM wants the bare codestream, but files with boxes are met.</summary>
internal static class Jp2Boxes
{
    private const uint Signature = 0x6A502020;
    private const uint ContiguousCodestream = 0x6A703263;

    /// <summary>The codestream in a file, or the file itself where it has no boxes.</summary>
    public static ReadOnlyMemory<byte> FindCodestream(ReadOnlyMemory<byte> file)
    {
        if (file.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(file.Span[4..]) != Signature)
        {
            return file;
        }

        while (file.Length >= 8)
        {
            var box = file.Span;
            long length = BinaryPrimitives.ReadUInt32BigEndian(box);
            var header = 8;
            if (length == 1 && box.Length >= 16)
            {
                length = BinaryPrimitives.ReadInt64BigEndian(box[8..]);
                header = 16;
            }

            // A length of 0 is that of the rest. So is one beyond the end: the codestream itself tells whether anything is missing.
            length = length == 0 ? box.Length : Math.Min(length, box.Length);
            if (length < header)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt32BigEndian(box[4..]) == ContiguousCodestream)
            {
                return file[header..(int)length];
            }

            file = file[(int)length..];
        }

        throw Jpeg2000Frame.Damaged();
    }
}
