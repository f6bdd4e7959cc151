using System.Text;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Deidentification;

/// <summary>
/// Whether an element holds what the standard says it does. The profile keeps elements for their kind of value: text in the place of a
/// number, a code or a sequence, under whatever representation, could be a name.
/// </summary>
internal static class KnownValue
{
    private const int LongestCode = 16;

    /// <summary>Judges an element by the representation that the standard gives it (PS3.5, table 6.2-1).</summary>
    public static bool Fits(DicomElement element)
    {
        var known = VrDictionary.Find(element.Tag, signedPixels: false);
        if (element.Items is not null || element.Value.Length == 0 || known == DicomVr.UN)
        {
            return true;
        }

        if (!known.IsText())
        {
            return known is DicomVr.OB or DicomVr.OW
                || known != DicomVr.SQ && IsNumber(element.Vr) && element.Value.Length % known.SwapUnit() == 0;
        }

        Func<char, bool>? allowed = known switch
        {
            DicomVr.DS or DicomVr.IS => static letter => char.IsAsciiDigit(letter) || letter is '+' or '-' or '.' or 'e' or 'E',
            DicomVr.UI => static letter => char.IsAsciiDigit(letter) || letter == '.',
            DicomVr.DA or DicomVr.TM or DicomVr.DT => static letter => char.IsAsciiDigit(letter) || letter is '.' or ':' or '+' or '-',
            DicomVr.AS => static letter => char.IsAsciiDigit(letter) || letter is 'D' or 'W' or 'M' or 'Y',
            DicomVr.CS => static letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '_',
            _ => null,
        };
        var longest = known == DicomVr.CS ? LongestCode : int.MaxValue;
        return allowed is null || IsNumber(element.Vr) || Encoding.Latin1.GetString(element.Value).Split('\\')
            .Select(value => value.Trim(' ', '\0')).All(value => value.All(allowed) && value.Length <= longest);
    }

    private static bool IsNumber(DicomVr vr) => !vr.IsText() && vr is not (DicomVr.UN or DicomVr.OB or DicomVr.SQ);
}
