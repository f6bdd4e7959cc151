using System.Globalization;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>The value representation of each standard element (PS3.6, chapters 6 to 8), for encodings that do not tell it.</summary>
internal static class VrDictionary
{
    private const DicomVr UnsignedOrSigned = (DicomVr)0x7873;
    private const DicomVr BytesOrWords = (DicomVr)0x6F78;
    private const DicomVr LookupTable = (DicomVr)0x6C74;

    private static readonly Lazy<Dictionary<DicomTag, DicomVr>> _entries = new(Load);

    /// <summary>The representation of a tag; UN for what is not in the standard.</summary>
    public static DicomVr Find(DicomTag tag, bool signedPixels)
    {
        if (tag.IsGroupLength)
        {
            return DicomVr.UL;
        }

        if (tag.IsPrivate)
        {
            return tag.IsPrivateCreator ? DicomVr.LO : DicomVr.UN;
        }

        // Curves and overlays repeat their group for each plane (PS3.5, section 7.6).
        var known = (tag.Group & 0xFF00) is 0x5000 or 0x6000 ? tag with { Group = (ushort)(tag.Group & 0xFF00) } : tag;
        return _entries.Value.GetValueOrDefault(known, DicomVr.UN) switch
        {
            UnsignedOrSigned => signedPixels ? DicomVr.SS : DicomVr.US,
            BytesOrWords => DicomVr.OW,
            LookupTable => DicomVr.OW,
            var vr => vr,
        };
    }

    /// <summary>Whether an element is one of the standard.</summary>
    public static bool Knows(DicomTag tag) => tag.IsGroupLength || _entries.Value.ContainsKey(tag);

    private static Dictionary<DicomTag, DicomVr> Load()
    {
        var entries = new Dictionary<DicomTag, DicomVr>(5200);
        using var stream = typeof(VrDictionary).Assembly.GetManifestResourceStream("Tat.MLNet.Dicom.ValueRepresentations.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var group = ushort.Parse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var vr = DicomVrs.Of((byte)words[1][0], (byte)words[1][1]);
            foreach (var element in words.AsSpan(2))
            {
                entries[new DicomTag(group, ushort.Parse(element, NumberStyles.HexNumber, CultureInfo.InvariantCulture))] = vr;
            }
        }

        return entries;
    }
}
