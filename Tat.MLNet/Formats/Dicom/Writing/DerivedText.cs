namespace Tat.MLNet.Formats.Dicom;

/// <summary>Copies a data set with its text in UTF-8, so that whatever the copy adds can be said beside whatever its source says.</summary>
internal static class DerivedText
{
    /// <summary>Copies all elements, into sequences.</summary>
    public static DicomDataSet CopyAsUtf8(DicomDataSet source)
    {
        var copy = Copy(source);
        copy.SetText(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 192");
        return copy;
    }

    /// <summary>Cuts text to a length in UTF-8: the limits of representations are in characters, but many readers count bytes.</summary>
    public static string Limit(string text, int bytes)
    {
        var length = 0;
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > bytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static DicomDataSet Copy(DicomDataSet source)
    {
        var copy = new DicomDataSet(DicomCharacterSet.Utf8);
        foreach (var element in source)
        {
            if (element.Tag == Tags.SpecificCharacterSet || element.Tag.IsGroupLength || element.Tag.Group < 0x0008)
            {
                continue;
            }

            copy.Set((element.Items ?? DataSetReader.TryReadImplicitItems(source, element)) is { } items ? new DicomElement(element.Tag, items.ConvertAll(Copy))
                : element.Vr.UsesCharacterSet() ? new DicomElement(element.Tag, element.Vr, DicomCharacterSet.Utf8.Encode(source.CharacterSet.Decode(element.Value, element.Vr)))
                : element);
        }

        return copy;
    }
}
