using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The boxes of a JP2 file (annex I). DICOM wants the bare codestream, but files with boxes are met.</summary>
internal static class Jp2Boxes
{
    private const uint Signature = 0x6A502020;
    private const uint Header = 0x6A703268;
    private const uint Palette = 0x70636C72;
    private const uint ContiguousCodestream = 0x6A703263;

    /// <summary>The codestream in a file, or the file itself where it has no boxes.</summary>
    /// <exception cref="DicomDataException">There is none, or its samples are indices of a palette.</exception>
    public static ReadOnlyMemory<byte> FindCodestream(ReadOnlyMemory<byte> file)
    {
        if (file.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(file.Span[4..]) != Signature)
        {
            return file;
        }

        if (Find(file, Header) is { } header && Find(header, Palette) is not null)
        {
            throw Jpeg2000Frame.Unsupported("has a palette");
        }

        return Find(file, ContiguousCodestream) ?? throw Jpeg2000Frame.Damaged();
    }

    /// <summary>The content of the first box of a type.</summary>
    private static ReadOnlyMemory<byte>? Find(ReadOnlyMemory<byte> boxes, uint type)
    {
        while (boxes.Length >= 8)
        {
            var box = boxes.Span;
            long length = BinaryPrimitives.ReadUInt32BigEndian(box);
            var start = 8;
            if (length == 1 && box.Length >= 16)
            {
                length = BinaryPrimitives.ReadInt64BigEndian(box[8..]);
                start = 16;
            }

            // A length of 0 is that of the rest. So is one beyond the end: the codestream itself tells whether anything is missing.
            length = length == 0 ? box.Length : Math.Min(length, box.Length);
            if (length < start)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt32BigEndian(box[4..]) == type)
            {
                return boxes[start..(int)length];
            }

            boxes = boxes[(int)length..];
        }

        return null;
    }
}
