using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Reads elements (PS3.5, section 7) up to the pixels of the outermost data set.</summary>
internal sealed class DataSetReader(DicomInput input, bool isExplicit)
{
    /// <summary>Sequences nested more deeply than any real object are taken for damage before they exhaust the stack.</summary>
    private const int MaximumDepth = 64;

    private const uint Undefined = 0xFFFFFFFF;
    private static readonly byte[] _itemStart = [0xFE, 0xFF, 0x00, 0xE0];

    /// <summary>More damaged sequences than this are no slip of a writer.</summary>
    private const int MaximumIgnored = 16;

    /// <summary>Sequences that values depend on: without them an image would be read, and read wrong.</summary>
    private static readonly DicomTag[] _needed =
    [
        Tags.SharedFunctionalGroupsSequence, Tags.PerFrameFunctionalGroupsSequence, Tags.PixelValueTransformationSequence, Tags.ModalityLutSequence,
        Tags.RadiopharmaceuticalInformationSequence,
    ];

    private bool _isExplicit = isExplicit;
    private bool _signedPixels;
    private int _ignored;

    /// <summary>Where the pixels are; <see langword="null"/> until, and unless, they are met.</summary>
    public PixelLocation? Pixels { get; private set; }

    /// <summary>Reads the items of a sequence that was written as UN: in Implicit VR Little Endian (PS3.5, section 6.2.2).</summary>
    public static List<DicomDataSet> ReadImplicitItems(DicomDataSet parent, DicomTag sequence, byte[] value, int depth)
    {
        var reader = new DataSetReader(new DicomInput(new MemoryStream(value), value.Length, bigEndian: false, new(value.Length)), isExplicit: false);
        return reader.ReadItems(parent, sequence, (uint)value.Length, depth);
    }

    /// <summary>Reads the items of a private sequence, whose representation implicit encodings do not tell; <see langword="null"/> where the value holds none.</summary>
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

    /// <summary>Reads elements until the end of the file, or of the pixels: nothing that is needed follows them.</summary>
    public DicomDataSet ReadAll()
    {
        var dataSet = new DicomDataSet();
        try
        {
            _isExplicit = ElementHeader.TellsRepresentation(input, _isExplicit, input.Length);
            ReadElements(dataSet, input.Length, delimited: false, depth: 0);
        }
        catch (DicomDataException exception)
        {
            exception.SeriesInstanceUid = dataSet.GetString(Tags.SeriesInstanceUid);
            throw;
        }

        return dataSet;
    }

    /// <summary>Reads the elements of one group: the file meta information.</summary>
    public DicomDataSet ReadMeta()
    {
        var dataSet = new DicomDataSet();
        while (input.Has(8))
        {
            var start = input.Position;
            var tag = input.ReadTag();
            if (tag.Group != 0x0002)
            {
                input.Skip(tag, start - input.Position);
                break;
            }

            ReadElement(dataSet, tag, input.Length, depth: 0);
        }

        return dataSet;
    }

    private void ReadElements(DicomDataSet dataSet, long end, bool delimited, int depth)
    {
        while (input.Position < end)
        {
            if (depth == 0 && !input.Has(8))
            {
                return;
            }

            var tag = input.ReadTag();
            if (tag.Group == 0xFFFE)
            {
                var length = input.ReadUInt32();
                if (tag == Tags.ItemDelimitation && delimited)
                {
                    return;
                }

                // Some writers close sequences of defined length too.
                if (length == 0 && tag != Tags.Item)
                {
                    continue;
                }

                throw new DicomDataException($"an item {tag} stands where an element was expected; the file is damaged.");
            }

            ReadElement(dataSet, tag, end, depth);
            if (Pixels is not null)
            {
                return;
            }
        }

        if (delimited)
        {
            throw new DicomDataException("an item of a sequence has no end; the file is truncated or damaged.");
        }

        if (input.Position > end)
        {
            throw new DicomDataException("an element reaches beyond the item that holds it; the file is damaged.");
        }
    }

    private void ReadElement(DicomDataSet dataSet, DicomTag tag, long end, int depth)
    {
        var (vr, length) = _isExplicit ? ElementHeader.Read(input, tag, end) : (DicomVr.UN, input.ReadUInt32());
        if (length != Undefined && length > end - input.Position)
        {
            throw new DicomDataException($"{Tags.Name(tag)} says that it has {length} bytes and {end - input.Position} are left; the file is truncated or damaged.");
        }

        if (depth == 0 && tag.Group == 0x7FE0 && (tag == Tags.PixelData || tag == Tags.FloatPixelData || tag == Tags.DoubleFloatPixelData))
        {
            Pixels = length == Undefined ? PixelLocation.Encapsulated(tag, input) : PixelLocation.Native(tag, input, length, vr);
            return;
        }

        var writtenAs = vr;
        if (vr is DicomVr.UN or DicomVr.None)
        {
            vr = VrDictionary.Find(tag, _signedPixels);
        }

        if (vr == DicomVr.SQ || length == Undefined)
        {
            ReadSequence(dataSet, tag, writtenAs, vr, length, depth);
            return;
        }

        // What is written as UN is in little endian, whatever the rest is (PS3.5, section 6.2.2).
        var value = input.ReadValue(tag, length, _isExplicit && writtenAs == DicomVr.UN ? DicomVr.UN : vr);
        if (!tag.IsGroupLength || tag.Group == 0x0002)
        {
            dataSet.Set(new DicomElement(tag, vr, value));
        }

        if (depth == 0 && tag == Tags.PixelRepresentation)
        {
            _signedPixels = value is [1, ..];
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

            throw new DicomDataException($"{Tags.Name(tag)} has an undefined length, which only sequences and pixels can have; the file is damaged.");
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

    /// <summary>A sequence that pixels do not need, and that holds text or damaged items, is passed over: its length tells where it ends.</summary>
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
                throw new DicomDataException($"an item of {Tags.Name(sequence)} is longer than the sequence; the file is truncated or damaged.");
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
