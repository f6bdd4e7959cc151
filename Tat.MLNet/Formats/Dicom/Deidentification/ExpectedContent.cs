using System.Buffers;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Deidentification;

/// <summary>
/// What the standard lets an element hold (PS3.5, section 6.2), whatever representation its file gives it: the profile keeps an element
/// for what it is meant to say, and a text where a sequence or a number belongs is not that.
/// </summary>
internal static class ExpectedContent
{
    private static readonly SearchValues<byte> _codes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \\\0"u8);
    private static readonly SearchValues<byte> _ages = SearchValues.Create("0123456789DWMY \\\0"u8);
    private static readonly SearchValues<byte> _numbers = SearchValues.Create("0123456789+-.eE \\\0"u8);
    private static readonly SearchValues<byte> _times = SearchValues.Create("0123456789+-.: \\\0"u8);
    private static readonly SearchValues<byte> _uids = SearchValues.Create("0123456789. \\\0"u8);

    /// <summary>Whether an element holds what its tag stands for: always where its representation is the one of the standard.</summary>
    public static bool Holds(DicomElement element)
    {
        var expected = VrDictionary.Find(element.Tag, signedPixels: false);
        if (element.Vr == expected || (element.Items is null && element.Value.Length == 0))
        {
            return true;
        }

        if (element.Items is not null)
        {
            return false;
        }

        return expected switch
        {
            DicomVr.SQ => false,
            DicomVr.DS or DicomVr.IS => IsNumber(element.Vr) || IsMadeOf(element, _numbers),
            DicomVr.CS => IsMadeOf(element, _codes),
            DicomVr.AS => IsMadeOf(element, _ages),
            DicomVr.DA or DicomVr.DT or DicomVr.TM => IsMadeOf(element, _times),
            DicomVr.UI => IsMadeOf(element, _uids),
            _ when expected.IsText() => true,
            _ when IsNumber(expected) => IsNumber(element.Vr) || (element.Vr.IsText() && IsMadeOf(element, _numbers)),
            _ => !element.Vr.IsText(),
        };
    }

    private static bool IsMadeOf(DicomElement element, SearchValues<byte> bytes) => !element.Value.AsSpan().ContainsAnyExcept(bytes);

    private static bool IsNumber(DicomVr vr) => vr is DicomVr.AT or DicomVr.FD or DicomVr.FL or DicomVr.SL or DicomVr.SS or DicomVr.SV
        or DicomVr.UL or DicomVr.US or DicomVr.UV;
}
