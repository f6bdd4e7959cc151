using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>
/// Every element that maps or describes stored values, and what becomes of it in a derived object, whose stored values are others: a map
/// that is left as it was makes wrong values of right pixels.
/// </summary>
internal static class StoredValueElements
{
    private static readonly DicomTag _roiMean = new(0x6000, 0x1302);
    private static readonly DicomTag _roiDeviation = new(0x6000, 0x1303);

    /// <summary>The elements of the standard, with its sections. Sections that begin with C are those of PS3.3.</summary>
    public static IReadOnlyDictionary<DicomTag, StoredValueElement> Standard { get; } = new[]
    {
        // How words hold stored values.
        Row(StoredValueFate.Recomputed, "C.7.6.3.1", 0x00280002, 0x00280100, 0x00280101, 0x00280102, 0x00280103),
        Row(StoredValueFate.Removed, "PS3.6, retired", 0x00280069),

        // Stored values with a meaning of their own.
        Row(StoredValueFate.Recomputed, "C.7.5.1.1.2", 0x00280120, 0x00280121),
        Row(StoredValueFate.Removed, "C.7.6.24", 0x00280122, 0x00280124),
        Row(StoredValueFate.Removed, "C.7.6.25", 0x00280123, 0x00280125),
        Row(StoredValueFate.Removed, "C.7.6.3", 0x00280106, 0x00280107),
        Row(StoredValueFate.Removed, "C.7.3.1", 0x00280108, 0x00280109),
        Row(StoredValueFate.Removed, "C.8.24.3", 0x00189810),
        Row(StoredValueFate.Removed, "C.8.30.2", 0x00221450, 0x00221452, 0x00221454),
        Row(StoredValueFate.Removed, "PS3.6, retired", 0x00181240, 0x00280071, 0x00280104, 0x00280105, 0x00280110, 0x00280111, 0x00289099),

        // Maps to physical values.
        Row(StoredValueFate.Removed, "C.11.1", 0x00283000, 0x00283004),
        Row(StoredValueFate.Recomputed, "C.11.1", 0x00281052, 0x00281053, 0x00281054),
        Row(StoredValueFate.Recomputed, "C.7.6.16.2.9", 0x00289145),
        Row(StoredValueFate.Removed, "C.7.6.16.2.11", 0x00409096, 0x00409210, 0x00409211, 0x00409212, 0x00409213, 0x00409214, 0x00409216,
            0x00409220, 0x00409224, 0x00409225),
        Row(StoredValueFate.Removed, "C.11.12", 0x00409094, 0x00409098),
        Row(StoredValueFate.Removed, "C.7.6.16.2.13", 0x00289422, 0x00289474),
        Row(StoredValueFate.Removed, "C.8.5.5", 0x00186046, 0x00186050, 0x00186052, 0x00186054, 0x00186056, 0x00186058, 0x0018605A),
        Row(StoredValueFate.Removed, "C.8.8.3", 0x3004000E),
        Row(StoredValueFate.Kept, "C.8.7.1.1.2: how values come from beam intensities, whatever they are stored as", 0x00281040,
            0x00281041),

        // Maps to what is displayed.
        Row(StoredValueFate.Kept, "C.11.2.1.2: in modality values, which stay", 0x00281050, 0x00281051, 0x00281055, 0x00281056, 0x00289132),
        Row(StoredValueFate.Removed, "C.11.2.1.1", 0x00283002, 0x00283003, 0x00283006, 0x00283010),
        Row(StoredValueFate.Removed, "C.11.8", 0x00283110),
        Row(StoredValueFate.Kept, "C.11.6: of what the window gives", 0x20500020),
        Row(StoredValueFate.Removed, "C.11.6", 0x20500010),
        Row(StoredValueFate.Recomputed, "C.8.13.3.1.1", 0x00089205),
        Row(StoredValueFate.Removed, "C.7.9", 0x00281101, 0x00281102, 0x00281103, 0x00281104, 0x00281199, 0x00281201, 0x00281202,
            0x00281203, 0x00281204, 0x00281221, 0x00281222, 0x00281223, 0x00281224, 0x00480120),
        Row(StoredValueFate.Removed, "C.7.6.23", 0x00281401, 0x00281402, 0x00281403, 0x00281404, 0x00281405, 0x00281406, 0x00281407,
            0x00281408, 0x0028140B, 0x0028140C, 0x0028140D, 0x0028140E, 0x0028140F, 0x00281410),
        Row(StoredValueFate.Removed, "C.7.6.16.2.26", 0x00281230, 0x00281231, 0x00281232),
        Row(StoredValueFate.Removed, "PS3.6, retired", 0x00281080, 0x00281100, 0x00281111, 0x00281112, 0x00281113, 0x00281200, 0x00281211,
            0x00281212, 0x00281213, 0x00281214),

        // What was computed of stored values.
        Row(StoredValueFate.Removed, "C.11.5", 0x00603000, 0x00603002, 0x00603004, 0x00603006, 0x00603008, 0x00603010, 0x00603020),
        Row(StoredValueFate.Removed, "C.7.6.1.1.6", 0x00880200),
        Row(StoredValueFate.Outdated, "C.12.1.1.3", 0x4FFE0001, 0xFFFAFFFA),
        Row(StoredValueFate.Removed, "C.9.2", _roiMean.Value, _roiDeviation.Value),

        // How they were encoded.
        Row(StoredValueFate.Kept, "C.7.6.1.1.5: the history of what the image was made from", 0x00282110, 0x00282112, 0x00282114),
        Row(StoredValueFate.Outdated, "C.7.6.3", 0x00287FE0, 0x7FE00001, 0x7FE00002, 0x7FE00003),
        Row(StoredValueFate.Recomputed, "C.7.6.3", 0x7FE00010),
        Row(StoredValueFate.Outdated, "C.7.6.24", 0x7FE00008),
        Row(StoredValueFate.Outdated, "C.7.6.25", 0x7FE00009),
        Row(StoredValueFate.Outdated, "PS3.10, 7.2", 0xFFFCFFFC),
    }.SelectMany(row => row).ToDictionary(element => element.Tag);

    /// <summary>Elements of manufacturers: their scale of stored values, its copies, and the range of stored values.</summary>
    public static IReadOnlyList<PrivateStoredValueElement> Private { get; } =
    [
        // Scale intercept, scale slope; the rescale pair and type once more.
        new(0x2005, "Philips MR Imaging DD 001", 0x0D, 0x0E),
        new(0x2005, "Philips MR Imaging DD 005", 0x09, 0x0A, 0x0B),
        new(0x0029, "PHILIPS MR/LAST", 0x10, 0x20, 0x30, 0x40),
        new(0x0029, "GEMS_IMAG_01", 0x15, 0x16, 0x17, 0x18),
        new(0x0029, "GEMS_IMPS_01", 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x15, 0x16, 0x17, 0x18),
        new(0x0021, "SIEMENS MR VA0  RAW", 0x09, 0x10),
        new(0x0057, "SIEMENS MED NM", 0x06, 0x07),
        new(0x0011, "GEMS_GENIE_1", 0x3B, 0x3C),
        new(0x700D, "TOSHIBA_MEC_MR3", 0x00),
    ];

    /// <summary>Removes what is true of the file of the source alone: how it was encoded, and signatures.</summary>
    public static void RemoveOutdated(DicomDataSet dataSet) =>
        dataSet.RemoveEverywhere((_, tag) => Standard.GetValueOrDefault(tag) is { Fate: StoredValueFate.Outdated });

    /// <summary>Removes what describes the stored values that an object had, from its functional groups and other sequences too.</summary>
    public static void Remove(DicomDataSet dataSet)
    {
        // Overlays in unused bits of the pixels (retired) went with these bits.
        var embedded =
            dataSet.Where(element => (element.Tag.Group & 0xFF01) == 0x6000 && !dataSet.Contains(element.Tag with { Element = 0x3000 }))
                .Select(element => element.Tag.Group).ToHashSet();
        dataSet.RemoveAll(element => embedded.Contains(element.Tag.Group));
        dataSet.RemoveEverywhere(IsOfOldValues);
    }

    private static bool IsOfOldValues(DicomDataSet dataSet, DicomTag tag)
    {
        if (tag.IsPrivate)
        {
            // Without the name of its creator, which some de-identification removes, an element is still read by its number.
            var creator = dataSet.GetString(new DicomTag(tag.Group, (ushort)(tag.Element >> 8)));
            return Private.Any(element =>
                element.Group == tag.Group && element.Elements.Contains((byte)tag.Element) && tag.Element >= 0x1000 &&
                    (creator is null || string.Equals(creator, element.Creator, StringComparison.OrdinalIgnoreCase)));
        }

        var known = (tag.Group & 0xFF00) == 0x6000 ? tag with { Group = 0x6000 } : tag;
        return Standard.GetValueOrDefault(known) is { Fate: not StoredValueFate.Kept };
    }

    private static IEnumerable<StoredValueElement> Row(StoredValueFate fate, string section, params uint[] tags) =>
        tags.Select(tag => new StoredValueElement(DicomTag.Of(tag), fate, section));
}

/// <summary>What becomes of an element when stored values change.</summary>
internal enum StoredValueFate
{
    /// <summary>It goes: it may be absent, and what it said is not true of the new values.</summary>
    Removed,

    /// <summary>It goes from every derived object: how the file of the source was encoded, and what is sworn of it.</summary>
    Outdated,

    /// <summary>It is written anew, for the new values.</summary>
    Recomputed,

    /// <summary>It stays: it is true of the new values too.</summary>
    Kept,
}

/// <summary>An element that maps or describes stored values.</summary>
/// <param name="Tag">The element.</param>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Section">Where the standard defines it; for an element that stays, why.</param>
internal sealed record StoredValueElement(DicomTag Tag, StoredValueFate Fate, string Section);

/// <summary>Private elements of one creator that map or describe stored values.</summary>
/// <param name="Group">Their group.</param>
/// <param name="Creator">Who reserved their block.</param>
/// <param name="Elements">Their numbers within the block.</param>
internal sealed record PrivateStoredValueElement(ushort Group, string Creator, params byte[] Elements);
