using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>
/// Copies a data set with its text in UTF-8, so that whatever the copy adds can be said beside whatever its source says. Where the source
/// has bytes that are no text of its character set, all bytes stay as they are, under the character set that they came with.
/// </summary>
internal static class DerivedText
{
    /// <summary>Copies all elements, into sequences.</summary>
    public static DicomDataSet Copy(DicomDataSet source)
    {
        if (!IsDecodable(source))
        {
            return Copy(source, keepBytes: true);
        }

        var copy = Copy(source, keepBytes: false);
        copy.SetText(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 192");
        return copy;
    }

    /// <summary>What of a text can be added to a copy: in ASCII, where its bytes are those of the source.</summary>
    public static string For(DicomDataSet copy, string text) => copy.CharacterSet == DicomCharacterSet.Bytes
        ? string.Concat(
            text.Select(character => character switch { '–' or '—' => '-', _ when char.IsAscii(character) => character, _ => '?' }))
        : text;

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

    private static bool IsDecodable(DicomDataSet source) => source.All(element => element.Items is { } items
        ? items.TrueForAll(IsDecodable)
        : !element.Vr.UsesCharacterSet() || source.CharacterSet.CanDecode(element.Value, element.Vr));

    private static DicomDataSet Copy(DicomDataSet source, bool keepBytes)
    {
        var copy = new DicomDataSet(keepBytes ? DicomCharacterSet.Bytes : DicomCharacterSet.Utf8);
        foreach (var element in source)
        {
            if (element.Tag == Tags.SpecificCharacterSet && !keepBytes || element.Tag.IsGroupLength || element.Tag.Group < 0x0008)
            {
                continue;
            }

            copy.Set((element.Items ?? DataSetReader.TryReadImplicitItems(source, element)) is { } items
                ? new DicomElement(element.Tag, items.ConvertAll(item => Copy(item, keepBytes)))
                : element.Vr.UsesCharacterSet() && !keepBytes ? new DicomElement(
                    element.Tag, element.Vr, DicomCharacterSet.Utf8.Encode(source.CharacterSet.Decode(element.Value, element.Vr)))
                : element);
        }

        return copy;
    }
}
