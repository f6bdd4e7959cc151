using System.Buffers.Binary;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Where the pixels of a file are.</summary>
/// <param name="Tag">The element that holds them.</param>
/// <param name="Position">Where a native value begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="SwapUnit">Bytes that are in reverse order; 1 for little endian.</param>
/// <param name="Fragments">The fragments of an encapsulated value; <see langword="null"/> for a native one.</param>
/// <param name="OffsetTable">Where frames begin, if the value tells.</param>
internal sealed record PixelLocation(
    DicomTag Tag, long Position, long Length, int SwapUnit, IReadOnlyList<PixelFragment>? Fragments, IReadOnlyList<long> OffsetTable)
{
    public static PixelLocation Native(DicomTag tag, DicomInput input, uint length, DicomVr vr)
    {
        var unit = tag == Tags.FloatPixelData ? 4 : tag == Tags.DoubleFloatPixelData ? 8 : vr == DicomVr.OB ? 1 : 2;
        var location = new PixelLocation(tag, input.Position, length, input.BigEndian ? unit : 1, null, []);
        input.Skip(tag, length);
        return location;
    }

    /// <summary>Lists the fragments of an encapsulated value (PS3.5, annex A.4); the first item is the basic offset table.</summary>
    public static PixelLocation Encapsulated(DicomTag tag, DicomInput input)
    {
        var fragments = new List<PixelFragment>();
        long[]? table = null;

        while (true)
        {
            // Without the delimiter nothing tells whether more fragments were to follow.
            if (!input.Has(8))
            {
                throw new DicomDataException(
                    $"{Tags.Name(tag)} ends without the delimiter after its last fragment; the file is truncated.");
            }

            var itemTag = input.ReadTag();
            var length = input.ReadUInt32();
            if (itemTag == Tags.SequenceDelimitation)
            {
                return new PixelLocation(tag, 0, 0, 1, fragments, table ?? []);
            }

            if (itemTag != Tags.Item || length > int.MaxValue)
            {
                throw new DicomDataException($"{Tags.Name(tag)} holds {itemTag} where a fragment was expected; the file is damaged.");
            }

            if (table is null)
            {
                input.Take(2L * length);
                table = ReadTable(input.ReadValue(tag, length, DicomVr.OL));
                continue;
            }

            input.Take(0);
            fragments.Add(new PixelFragment(input.Position, (int)length));
            input.Skip(tag, length);
        }
    }

    private static long[] ReadTable(byte[] value)
    {
        var table = new long[value.Length / 4];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(i * 4));
        }

        return table;
    }
}
