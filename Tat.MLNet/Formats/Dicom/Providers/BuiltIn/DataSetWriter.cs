using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Writes elements in Explicit VR Little Endian (PS3.5, section 7.1.2), sequences with their lengths.</summary>
internal static class DataSetWriter
{
    private const int LongestShortValue = 0xFFFE;

    /// <summary>Writes all elements in the order of their tags.</summary>
    public static void Write(Stream stream, DicomDataSet dataSet)
    {
        foreach (var element in dataSet)
        {
            if (element.Items is null)
            {
                WriteValue(stream, element.Tag, element.Vr, element.Value);
            }
            else
            {
                using var items = new MemoryStream();
                foreach (var item in element.Items)
                {
                    WriteItem(items, item);
                }

                WriteHeader(stream, element.Tag, DicomVr.SQ, checked((int)items.Length));
                items.WriteTo(stream);
            }
        }
    }

    /// <summary>Writes the header of an element; its value of an even number of bytes is to follow.</summary>
    public static void WriteHeader(Stream stream, DicomTag tag, DicomVr vr, int length)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(header, tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], tag.Element);

        // A value too long for its representation's length field is written as UN (PS3.5, section 6.2.2).
        vr = !vr.HasLongLength() && length > LongestShortValue ? DicomVr.UN : vr;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)vr);
        if (vr.HasLongLength())
        {
            header[6..8].Clear();
            BinaryPrimitives.WriteInt32LittleEndian(header[8..], length);
            stream.Write(header);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)length);
            stream.Write(header[..8]);
        }
    }

    private static void WriteItem(MemoryStream stream, DicomDataSet item)
    {
        using var content = new MemoryStream();
        Write(content, item);
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(header, Tags.Item.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], Tags.Item.Element);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], checked((int)content.Length));
        stream.Write(header);
        content.WriteTo(stream);
    }

    private static void WriteValue(Stream stream, DicomTag tag, DicomVr vr, byte[] value)
    {
        var odd = value.Length % 2;
        WriteHeader(stream, tag, vr, value.Length + odd);
        stream.Write(value);
        if (odd == 1)
        {
            stream.WriteByte(vr.Padding());
        }
    }
}
