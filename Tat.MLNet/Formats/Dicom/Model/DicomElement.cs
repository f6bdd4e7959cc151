namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>An element of a data set: a value in little endian byte order, or the items of a sequence.</summary>
internal sealed class DicomElement
{
    public DicomElement(DicomTag tag, DicomVr vr, byte[] value)
    {
        Tag = tag;
        Vr = vr;
        Value = value;
    }

    public DicomElement(DicomTag tag, List<DicomDataSet> items)
    {
        Tag = tag;
        Vr = DicomVr.SQ;
        Value = [];
        Items = items;
    }

    public DicomTag Tag { get; }

    public DicomVr Vr { get; }

    /// <summary>The value; empty for a sequence.</summary>
    public byte[] Value { get; }

    /// <summary>The items of a sequence; <see langword="null"/> for what is none.</summary>
    public List<DicomDataSet>? Items { get; }
}
