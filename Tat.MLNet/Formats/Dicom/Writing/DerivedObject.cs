using System.Globalization;
using System.Text;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Model;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>
/// Turns a source object into a derived one: new identity, same patient, study, frame of reference and geometry (PS3.3, section C.7.6.1).
/// </summary>
internal static class DerivedObject
{
    /// <summary>Names the product among the equipment that contributed to an object.</summary>
    public const string Manufacturer = "TAT for ML.NET";

    private const int LongestDescription = 64;
    private const int LongestText = 10240;

    private static readonly HashSet<string?> _alwaysPrimary =
    [
        "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.128.1", "1.2.840.10008.5.1.4.1.1.130",
        "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2", QuantizedFrames.EnhancedMr, "1.2.840.10008.5.1.4.1.1.4.4",
    ];

    /// <summary>Elements of the pulse sequence that only an original enhanced MR may have (PS3.3, section C.8.13.4).</summary>
    private static readonly HashSet<DicomTag> _originalMrOnly = new[]
    {
        0x00180023u, 0x00189005u, 0x00189008u, 0x00189172u, 0x00189011u, 0x00189012u, 0x00189014u, 0x00189015u, 0x00189017u, 0x00189018u,
        0x00189024u, 0x00189025u, 0x00189029u, 0x00189032u, 0x00189033u, 0x00189034u, 0x00189093u, 0x00189094u,
    }.Select(DicomTag.Of).ToHashSet();

    /// <summary>Makes the elements of a derived object, without what depends on its pixels.</summary>
    /// <param name="source">The object that it is derived from.</param>
    /// <param name="series">The series that it belongs to.</param>
    /// <param name="instanceUid">Its SOP Instance UID.</param>
    /// <param name="keepsStoredValues">Whether its stored values are those of the source.</param>
    public static DicomDataSet Create(DicomObject source, DerivedSeries series, string instanceUid, bool keepsStoredValues)
    {
        var copy = DerivedText.Copy(source.DataSet);
        RemoveOutdated(copy, keepsStoredValues);
        series.Deidentifier?.Apply(copy);
        Identify(copy, series, instanceUid);
        Describe(copy, source, series);
        if (!keepsStoredValues)
        {
            SetPresentation(source, copy);
        }

        return copy;
    }

    private static void RemoveOutdated(DicomDataSet copy, bool keepsStoredValues)
    {
        if (keepsStoredValues)
        {
            StoredValueElements.RemoveOutdated(copy);
        }
        else
        {
            StoredValueElements.Remove(copy);
        }

        var isEnhancedMr = copy.GetString(Tags.SopClassUid) == QuantizedFrames.EnhancedMr;
        copy.RemoveAll(element => element.Tag == Tags.InstanceCreatorUid || isEnhancedMr && _originalMrOnly.Contains(element.Tag));
    }

    private static void Identify(DicomDataSet copy, DerivedSeries series, string instanceUid)
    {
        copy.SetText(Tags.SopInstanceUid, DicomVr.UI, instanceUid);
        copy.SetText(Tags.SeriesInstanceUid, DicomVr.UI, series.Uid);

        // Parts of an object are parts of a new one, which no reader is to join with those of the source (PS3.3, table C.7.6.16-1).
        foreach (var tag in new[] { Tags.ConcatenationUid, Tags.SopInstanceUidOfConcatenationSource })
        {
            if (copy.GetString(tag) is { Length: > 0 } whole)
            {
                copy.SetText(tag, DicomVr.UI, DicomUids.Replace(whole, Encoding.ASCII.GetBytes(series.Uid)));
            }
        }

        var number = Math.Clamp(copy.TryGetInt(Tags.SeriesNumber) ?? 0, 0, int.MaxValue - series.NumberOffset) + series.NumberOffset;
        copy.SetText(Tags.SeriesNumber, DicomVr.IS, number.ToString(CultureInfo.InvariantCulture));
        if (series.Deidentifier is not null)
        {
            return;
        }

        copy.SetText(Tags.InstanceCreationDate, DicomVr.DA, series.Created.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        copy.SetText(Tags.InstanceCreationTime, DicomVr.TM, series.Created.ToString("HHmmss", CultureInfo.InvariantCulture));
    }

    private static void Describe(DicomDataSet copy, DicomObject source, DerivedSeries series)
    {
        // Where both do not fit, the suffix is what must be read.
        var suffix = DerivedText.Limit(DerivedText.For(copy, series.Suffix.Replace('\\', '/')), LongestDescription);
        var description = copy.GetString(Tags.SeriesDescription) ?? "";
        description = DerivedText.Limit(description, Math.Max(0, LongestDescription - Encoding.UTF8.GetByteCount(suffix) - 1)).TrimEnd();
        copy.SetText(Tags.SeriesDescription, DicomVr.LO, suffix.Length == 0 ? description : $"{description} {suffix}".Trim());

        copy.SetText(Tags.ImageType, DicomVr.CS, DerivedType(copy.GetStrings(Tags.ImageType), IsAlwaysPrimary(copy)));
        foreach (var macro in FrameTypes(copy))
        {
            macro.SetText(Tags.FrameType, DicomVr.CS, DerivedType(macro.GetStrings(Tags.FrameType), isAlwaysPrimary: true));
        }

        if (copy.Contains(Tags.ContentQualification))
        {
            copy.SetText(Tags.ContentQualification, DicomVr.CS, "RESEARCH");
        }

        // What was lossy stays so, whatever the object says of itself; of JPEG 2000 and JPEG-LS it alone tells.
        if (source.Syntax.IsLossy && (source.Syntax.Codec == PixelCodec.Jpeg || !copy.Contains(Tags.LossyImageCompression)))
        {
            copy.SetText(Tags.LossyImageCompression, DicomVr.CS, "01");
        }

        copy.SetText(Tags.DerivationDescription, DicomVr.ST, DerivedText.For(copy, series.Derivation));
        copy.SetItems(Tags.DerivationCodeSequence, series.IsDifference ? [Codes.Restoration, Codes.Subtraction] : [Codes.Restoration]);
        copy.SetItems(Tags.SourceImageSequence, Reference(source, series));
        copy.SetItems(Tags.ContributingEquipmentSequence, [.. copy.GetItems(Tags.ContributingEquipmentSequence), Equipment(copy, series)]);
    }

    /// <summary>
    /// Whether value 2 of Image Type can only be PRIMARY: in PET and in enhanced objects (PS3.3, sections C.8.9.4.1.1 and C.8.16.1.2).
    /// </summary>
    private static bool IsAlwaysPrimary(DicomDataSet dataSet) =>
        _alwaysPrimary.Contains(dataSet.GetString(Tags.SopClassUid)) || dataSet.Contains(Tags.SharedFunctionalGroupsSequence);

    private static string[] DerivedType(string[] type, bool isAlwaysPrimary) =>
        ["DERIVED", isAlwaysPrimary ? "PRIMARY" : "SECONDARY", .. type.Skip(2)];

    /// <summary>The items of functional groups that tell the type of frames.</summary>
    private static IEnumerable<DicomDataSet> FrameTypes(DicomDataSet dataSet) => dataSet.GetItems(Tags.SharedFunctionalGroupsSequence)
        .Concat(dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence))
        .SelectMany(group => group.SelectMany(element => element.Items ?? []).Where(item => item.Contains(Tags.FrameType)));

    /// <summary>The colours of stored values went with their tables.</summary>
    private static void SetPresentation(DicomObject source, DicomDataSet copy)
    {
        if (!source.DataSet.Contains(Tags.PixelPresentation))
        {
            return;
        }

        foreach (var described in FrameTypes(copy).Prepend(copy))
        {
            described.SetText(Tags.PixelPresentation, DicomVr.CS, "MONOCHROME");
        }
    }

    private static DicomDataSet Reference(DicomObject source, DerivedSeries series)
    {
        string Replaced(string uid) => series.Deidentifier?.Replace(uid) ?? uid;
        var reference = new DicomDataSet(DicomCharacterSet.Utf8);
        reference.SetText(Tags.ReferencedSopClassUid, DicomVr.UI, source.DataSet.GetString(Tags.SopClassUid) ?? "");
        reference.SetText(Tags.ReferencedSopInstanceUid, DicomVr.UI, Replaced(source.DataSet.GetString(Tags.SopInstanceUid) ?? ""));
        reference.SetItems(Tags.PurposeOfReferenceCodeSequence, Codes.SourceImage);
        return reference;
    }

    private static DicomDataSet Equipment(DicomDataSet copy, DerivedSeries series)
    {
        var version = ModelCard.LibraryVersion;
        var equipment = new DicomDataSet(DicomCharacterSet.Utf8);
        equipment.SetText(Tags.Manufacturer, DicomVr.LO, Manufacturer);
        equipment.SetText(Tags.ManufacturerModelName, DicomVr.LO, "Task-Adaptive Transformer");
        equipment.SetText(Tags.SoftwareVersions, DicomVr.LO, series.Options.Model is { Length: > 0 } model
            ? [version, DerivedText.Limit(DerivedText.For(copy, model.Replace('\\', '/')), LongestDescription)]
            : [version]);
        if (series.Deidentifier is null)
        {
            equipment.SetText(Tags.ContributionDateTime, DicomVr.DT,
                series.Created.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture));
        }

        equipment.SetText(Tags.ContributionDescription, DicomVr.ST, DerivedText.For(copy, series.Derivation));
        equipment.SetItems(Tags.PurposeOfReferenceCodeSequence, Codes.ProcessingEquipment);
        IdentifyAlgorithm(equipment, copy, series.Options);
        return equipment;
    }

    /// <summary>The attributes of the Algorithm Identification macro (PS3.3, section 10.16).</summary>
    private static void IdentifyAlgorithm(DicomDataSet equipment, DicomDataSet copy, DerivedImageOptions options)
    {
        string Text(string text, int length) => DerivedText.Limit(DerivedText.For(copy, text.Replace('\\', '/')), length);
        equipment.SetItems(Tags.AlgorithmFamilyCodeSequence, Codes.ArtificialIntelligence);
        equipment.SetText(Tags.AlgorithmName, DicomVr.LO, "Task-Adaptive Transformer");
        equipment.SetText(Tags.AlgorithmVersion, DicomVr.LO,
            options.Model is { Length: > 0 } model ? Text(model, LongestDescription) : ModelCard.LibraryVersion);
        if (options.Parameters.Count > 0 || options.ModelHash is not null)
        {
            var hash = options.ModelHash is null ? [] : new[] { KeyValuePair.Create("model", options.ModelHash) };
            equipment.SetText(Tags.AlgorithmParameters, DicomVr.LT,
                Text(string.Join("; ", hash.Concat(options.Parameters).Select(pair => $"{pair.Key}={pair.Value}")), LongestText));
        }
    }
}
