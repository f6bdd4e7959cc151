namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>Properties of value representations.</summary>
internal static class DicomVrs
{
    public static DicomVr Of(byte first, byte second) => (DicomVr)((first << 8) | second);

    /// <summary>Whether explicit encodings give the value a length of 32 bits after two reserved bytes (PS3.5, section 7.1.2).</summary>
    /// <remarks>Representations that are not known yet are of this kind: the standard adds no others.</remarks>
    public static bool HasLongLength(this DicomVr vr) => vr is not (
        DicomVr.AE or DicomVr.AS or DicomVr.AT or DicomVr.CS or DicomVr.DA or DicomVr.DS or DicomVr.DT or DicomVr.FD or DicomVr.FL or
        DicomVr.IS or DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH or DicomVr.SL or DicomVr.SS or DicomVr.ST or DicomVr.TM or
        DicomVr.UI or DicomVr.UL or DicomVr.US);

    /// <summary>Bytes that are swapped together when the byte order changes.</summary>
    public static int SwapUnit(this DicomVr vr) => vr switch
    {
        DicomVr.AT or DicomVr.OW or DicomVr.SS or DicomVr.US => 2,
        DicomVr.FL or DicomVr.OF or DicomVr.OL or DicomVr.SL or DicomVr.UL => 4,
        DicomVr.FD or DicomVr.OD or DicomVr.OV or DicomVr.SV or DicomVr.UV => 8,
        _ => 1,
    };

    /// <summary>Whether the value is text in the specific character set.</summary>
    public static bool UsesCharacterSet(this DicomVr vr) =>
        vr is DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH or DicomVr.ST or DicomVr.UC or DicomVr.UT;

    /// <summary>Whether the value is text, in whatever repertoire.</summary>
    public static bool IsText(this DicomVr vr) => vr.UsesCharacterSet() ||
        vr is DicomVr.AE or DicomVr.AS or DicomVr.CS or DicomVr.DA or DicomVr.DS or DicomVr.DT or DicomVr.IS or DicomVr.TM or DicomVr.UI
            or DicomVr.UR;

    /// <summary>Whether a backslash separates values.</summary>
    public static bool HasSeveralValues(this DicomVr vr) => vr is not (DicomVr.LT or DicomVr.ST or DicomVr.UT or DicomVr.UR);

    /// <summary>The byte that fills a value up to an even length.</summary>
    public static byte Padding(this DicomVr vr) => vr.IsText() && vr != DicomVr.UI ? (byte)' ' : (byte)0;
}
