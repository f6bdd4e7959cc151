using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Sequences and their items (PS3.5, section 7.5).</summary>
internal sealed partial class DataSetReader
{
    /// <summary>Sequences nested more deeply than any real object are taken for damage before they exhaust the stack.</summary>
    private const int MaximumDepth = 64;

    /// <summary>More damaged sequences than this are no slip of a writer.</summary>
    private const int MaximumIgnored = 16;

    /// <summary>Sequences that values depend on: without them an image would be read, and read wrong.</summary>
    private static readonly DicomTag[] _needed =
    [
        Tags.SharedFunctionalGroupsSequence, Tags.PerFrameFunctionalGroupsSequence, Tags.PixelValueTransformationSequence,
        Tags.ModalityLutSequence,
        Tags.RadiopharmaceuticalInformationSequence,
    ];

    private static readonly byte[] _itemStart = [0xFE, 0xFF, 0x00, 0xE0];
    private int _ignored;

    /// <summary>Reads the items of a sequence that was written as UN: in Implicit VR Little Endian (PS3.5, section 6.2.2).</summary>
    public static List<DicomDataSet> ReadImplicitItems(DicomDataSet parent, DicomTag sequence, byte[] value, int depth)
    {
        var reader = new DataSetReader(
            new DicomInput(new MemoryStream(value), value.Length, bigEndian: false, new(value.Length)), isExplicit: false);
        return reader.ReadItems(parent, sequence, (uint)value.Length, depth);
    }

    /// <summary>
    /// Reads the items of a private sequence, whose representation implicit encodings do not tell; <see langword="null"/> where the value
    /// holds none.
    /// </summary>
    public static List<DicomDataSet>? TryReadImplicitItems(DicomDataSet parent, DicomElement element)
    {
        if (element.Vr != DicomVr.UN || !element.Value.AsSpan().StartsWith(_itemStart))
        {
            return null;
        }

        try
        {
            return ReadImplicitItems(parent, element.Tag, element.Value, depth: 0);
        }
        catch (DicomDataException)
        {
            return null;
        }
    }

    private void ReadSequence(DicomDataSet dataSet, DicomTag tag, DicomVr writtenAs, DicomVr vr, uint length, int depth)
    {
        if (vr is not (DicomVr.SQ or DicomVr.UN))
        {
            // Encapsulated pixels inside a sequence: those of an icon, which is not read.
            if (length == Undefined && tag == Tags.PixelData)
            {
                PixelLocation.Encapsulated(tag, input);
                return;
            }

            throw new DicomDataException(
                $"{Tags.Name(tag)} has an undefined length, which only sequences and pixels can have; the file is damaged.");
        }

        if (depth >= MaximumDepth)
        {
            throw new DicomDataException($"sequences are nested more than {MaximumDepth} times; the file is damaged.");
        }

        if (length is not (0 or Undefined))
        {
            ReadSequenceOfLength(dataSet, tag, writtenAs, length, depth);
            return;
        }

        dataSet.Set(new DicomElement(tag, ReadItems(dataSet, tag, writtenAs, length, depth)));
    }

    /// <summary>
    /// A sequence that pixels do not need, and that holds text or damaged items, is passed over: its length tells where it ends.
    /// </summary>
    private void ReadSequenceOfLength(DicomDataSet dataSet, DicomTag tag, DicomVr writtenAs, uint length, int depth)
    {
        var end = input.Position + length;
        var wasExplicit = _isExplicit;
        try
        {
            dataSet.Set(new DicomElement(tag, ReadItems(dataSet, tag, writtenAs, length, depth)));
        }
        catch (DicomDataException) when (!_needed.Contains(tag) && _ignored < MaximumIgnored)
        {
            _ignored++;
            _isExplicit = wasExplicit;
            input.Skip(tag, end - input.Position);
        }
    }

    /// <summary>The items of a sequence that is written as UN are in Implicit VR Little Endian (PS3.5, section 6.2.2).</summary>
    private List<DicomDataSet> ReadItems(DicomDataSet parent, DicomTag sequence, DicomVr writtenAs, uint length, int depth)
    {
        if (!_isExplicit || writtenAs != DicomVr.UN)
        {
            return ReadItems(parent, sequence, length, depth);
        }

        var littleEndian = input.AsLittleEndian();
        var inner = new DataSetReader(littleEndian, isExplicit: false) { _signedPixels = _signedPixels, _ignored = _ignored };
        try
        {
            return inner.ReadItems(parent, sequence, length, depth);
        }
        finally
        {
            input.Follow(littleEndian);
            _ignored = inner._ignored;
        }
    }

    private List<DicomDataSet> ReadItems(DicomDataSet parent, DicomTag sequence, uint length, int depth)
    {
        var items = new List<DicomDataSet>();
        var end = length == Undefined ? input.Length : input.Position + length;
        while (input.Position < end)
        {
            var tag = input.ReadTag();
            var itemLength = input.ReadUInt32();
            if (tag == Tags.SequenceDelimitation && itemLength == 0)
            {
                if (length == Undefined)
                {
                    return items;
                }

                continue;
            }

            if (tag != Tags.Item)
            {
                throw new DicomDataException($"{Tags.Name(sequence)} holds {tag} where an item was expected; the file is damaged.");
            }

            if (itemLength != Undefined && itemLength > end - input.Position)
            {
                throw new DicomDataException(
                    $"an item of {Tags.Name(sequence)} is longer than the sequence; the file is truncated or damaged.");
            }

            input.Take(0);
            var item = new DicomDataSet(parent.CharacterSet);
            var itemEnd = itemLength == Undefined ? end : input.Position + itemLength;
            var declared = _isExplicit;
            _isExplicit = ElementHeader.TellsRepresentation(input, declared, itemEnd);
            ReadElements(item, itemEnd, itemLength == Undefined, depth + 1);
            _isExplicit = declared;
            items.Add(item);
        }

        if (length == Undefined)
        {
            throw new DicomDataException($"{Tags.Name(sequence)} has no end; the file is truncated or damaged.");
        }

        return items;
    }
}
