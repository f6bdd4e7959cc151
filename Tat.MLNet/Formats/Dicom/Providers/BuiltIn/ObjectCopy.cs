using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Writes an object anew with other elements, and its pixels as they are: compressed ones as they came.</summary>
internal static class ObjectCopy
{
    private const int Block = 1 << 20;

    /// <summary>Writes an object: in Explicit VR Little Endian, or in the syntax in which its pixels are compressed.</summary>
    /// <param name="stream">Takes the file; stays open.</param>
    /// <param name="dataSet">All elements but the pixels.</param>
    /// <param name="source">The object that the pixels are of.</param>
    /// <exception cref="DicomDataException">The file has become shorter, or its pixels are more than an element holds.</exception>
    public static void Write(Stream stream, DicomDataSet dataSet, DicomSource source)
    {
        var fragments = source.Pixels?.Fragments;
        BuiltInProvider.WriteMeta(stream, dataSet, fragments is null ? TransferSyntax.ExplicitLittleEndian : source.Syntax);
        DataSetWriter.Write(stream, dataSet);
        if (source.Pixels is not { } pixels)
        {
            return;
        }

        using (pixels)
        {
            if (fragments is null)
            {
                WriteNative(stream, pixels);
            }
            else
            {
                WriteFragments(stream, pixels, fragments, dataSet.Contains(Tags.ExtendedOffsetTable) ? [] : pixels.OffsetTable);
            }
        }
    }

    private static void WriteNative(Stream stream, IPixelSource pixels)
    {
        var vr = pixels.Tag == Tags.FloatPixelData ? DicomVr.OF : pixels.Tag == Tags.DoubleFloatPixelData ? DicomVr.OD : DicomVr.OW;
        if (pixels.Length > int.MaxValue)
        {
            throw new DicomDataException($"{Tags.Name(pixels.Tag)} has more than 2 GB; send the object in parts.");
        }

        DataSetWriter.WriteHeader(stream, pixels.Tag, vr, (int)pixels.Length);
        for (long at = 0; at < pixels.Length; at += Block)
        {
            stream.Write(pixels.Read(at, (int)Math.Min(Block, pixels.Length - at)));
        }
    }

    private static void WriteFragments(
        Stream stream, IPixelSource pixels, IReadOnlyList<PixelFragment> fragments, IReadOnlyList<long> offsets)
    {
        DataSetWriter.WriteHeader(stream, pixels.Tag, DicomVr.OB, -1);
        var table = new byte[4 * offsets.Count];
        for (var i = 0; i < offsets.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), checked((uint)offsets[i]));
        }

        WriteItem(stream, Tags.Item, table);
        for (var i = 0; i < fragments.Count; i++)
        {
            WriteItem(stream, Tags.Item, pixels.ReadFragments(i, 1));
        }

        WriteItem(stream, Tags.SequenceDelimitation, []);
    }

    private static void WriteItem(Stream stream, DicomTag tag, byte[] value)
    {
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(header, tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], tag.Element);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], value.Length);
        stream.Write(header);
        stream.Write(value);
    }
}
