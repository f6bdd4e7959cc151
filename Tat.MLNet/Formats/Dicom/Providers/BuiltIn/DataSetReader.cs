using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

/// <summary>Reads elements (PS3.5, section 7) up to the pixels of the outermost data set.</summary>
internal sealed partial class DataSetReader(DicomInput input, bool isExplicit)
{
    private const uint Undefined = 0xFFFFFFFF;
    private bool _isExplicit = isExplicit;
    private bool _signedPixels;

    /// <summary>Where the pixels are; <see langword="null"/> until, and unless, they are met.</summary>
    public PixelLocation? Pixels { get; private set; }

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
            throw new DicomDataException(
                $"{Tags.Name(tag)} says that it has {length} bytes and {end - input.Position} are left; the file is truncated or damaged.");
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
}
