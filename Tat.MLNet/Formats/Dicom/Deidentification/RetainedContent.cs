using System.Text;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Deidentification;

/// <summary>
/// What stays of an image that is to be measured and restored still: sex, age, size and weight (PS3.15, section E.3.7, Retain Patient
/// Characteristics Option), times (section E.3.6) and the private numbers that values and volumes are made of (section E.3.10, Retain Safe
/// Private Option); each only where it holds what it is meant to hold.
/// </summary>
/// <param name="times">How dates are moved.</param>
internal sealed partial class RetainedContent(MovedTimes times)
{
    private static readonly Dictionary<DicomTag, Regex> _characteristics = new()
    {
        [new(0x0010, 0x0040)] = Sex(),
        [new(0x0010, 0x1010)] = Age(),
        [new(0x0010, 0x1020)] = Number(),
        [Tags.PatientWeight] = Number(),
    };

    /// <summary>Elements of manufacturers, with what they are.</summary>
    private static readonly (ushort Group, string Creator, DicomVr Vr, byte[] Elements)[] _private =
    [
        (0x0009, "GEMS_PETD_01", DicomVr.DT, [0x0D]),
        (0x7053, "Philips PET Private Group", DicomVr.DS, [0x00, 0x09]),
        (0x0019, "SIEMENS MR HEADER", DicomVr.IS, [0x0C]),
        (0x0019, "SIEMENS MR HEADER", DicomVr.FD, [0x0E]),
        (0x0019, "GEMS_ACQU_01", DicomVr.DS, [0xBB, 0xBC, 0xBD]),
        (0x0043, "GEMS_PARM_01", DicomVr.IS, [0x39]),
        (0x2001, "Philips Imaging DD 001", DicomVr.FL, [0x03]),
        (0x2005, "Philips MR Imaging DD 001", DicomVr.FL, [0xB0, 0xB1, 0xB2]),
        (0x0065, "Image Private Header", DicomVr.FD, [0x09, 0x37]),
    ];

    /// <summary>An element as it stays; <see langword="null"/> where the Basic Profile decides.</summary>
    /// <param name="element">The element.</param>
    /// <param name="dataSet">What it is in.</param>
    public DicomElement? Find(DicomElement element, DicomDataSet dataSet)
    {
        var tag = element.Tag;
        if (tag.IsPrivate)
        {
            return tag.IsPrivateCreator
                ? _private.Any(known => known.Group == tag.Group && known.Creator == dataSet.GetString(tag)) ? element : null
                : Private(element, dataSet.GetString(new DicomTag(tag.Group, (ushort)(tag.Element >> 8))));
        }

        return _characteristics.TryGetValue(tag, out var form)
            ? form.IsMatch(TextOf(element)) ? element : null
            : times.Find(element, VrDictionary.Find(tag, signedPixels: false));
    }

    private DicomElement? Private(DicomElement element, string? creator)
    {
        var (_, _, vr, elements) = Array.Find(_private, known => known.Group == element.Tag.Group && known.Creator == creator
            && known.Elements.Contains((byte)element.Tag.Element));
        return elements is null || element.Items is not null ? null
            : vr == DicomVr.DT ? times.Find(element, vr)
            : Holds(element, vr) ? new DicomElement(element.Tag, vr, element.Value) : null;
    }

    /// <summary>Numbers as text, or as bytes that are no text.</summary>
    private static bool Holds(DicomElement element, DicomVr vr) => vr is DicomVr.DS or DicomVr.IS
        ? Number().IsMatch(TextOf(element))
        : element.Value.Length % (vr == DicomVr.FL ? 4 : 8) == 0 && element.Value.Length <= 24
            && !Array.TrueForAll(element.Value, value => value is >= 0x20 and < 0x7F);

    private static string TextOf(DicomElement element) => Encoding.Latin1.GetString(element.Value).Trim(' ', '\0');

    [GeneratedRegex("^[MFO]?$")]
    private static partial Regex Sex();

    [GeneratedRegex(@"^(\d{3}[DWMY])?$")]
    private static partial Regex Age();

    [GeneratedRegex(@"^[-+0-9.eE\\ ]*$")]
    private static partial Regex Number();
}
