namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>Coded concepts (PS3.16) that derived objects are described with.</summary>
internal static class Codes
{
    public static DicomDataSet SourceImage => Create("121322", "DCM", "Source image for image processing operation");

    public static DicomDataSet ProcessingEquipment => Create("109102", "DCM", "Processing Equipment");

    public static DicomDataSet ArtificialIntelligence => Create("123110", "DCM", "Artificial Intelligence");

    public static DicomDataSet Subtraction => Create("113062", "DCM", "Pixel by pixel subtraction");

    public static DicomDataSet BasicProfile => Create("113100", "DCM", "Basic Application Confidentiality Profile");

    public static DicomDataSet ModifiedDates =>
        Create("113107", "DCM", "Retain Longitudinal Temporal Information Modified Dates Option");

    public static DicomDataSet PatientCharacteristics => Create("113108", "DCM", "Retain Patient Characteristics Option");

    public static DicomDataSet SafePrivate => Create("113111", "DCM", "Retain Safe Private Option");

    /// <summary>Of a private scheme: the standard has no concept for restoration by a network (CID 7203 may be extended).</summary>
    public static DicomDataSet Restoration => Create("RESTORATION", "99TAT", "Image restoration by a neural network");

    private static DicomDataSet Create(string value, string scheme, string meaning)
    {
        var code = new DicomDataSet(DicomCharacterSet.Utf8);
        code.SetText(Tags.CodeValue, DicomVr.SH, value);
        code.SetText(Tags.CodingSchemeDesignator, DicomVr.SH, scheme);
        code.SetText(Tags.CodeMeaning, DicomVr.LO, meaning);
        return code;
    }
}
