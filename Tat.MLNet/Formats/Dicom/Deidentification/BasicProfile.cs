using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Deidentification;

/// <summary>What the Basic Profile does to each element (PS3.15, table E.1-1, column "Basic Prof.").</summary>
/// <remarks>
/// Where the profile leaves a choice that depends on whether an object needs the element, the one is taken that every object accepts: a
/// dummy value, or else an empty one.
/// </remarks>
internal static class BasicProfile
{
    private static readonly Lazy<Dictionary<DicomTag, ProfileAction>> _actions = new(Load);

    /// <summary>The action for an element.</summary>
    public static ProfileAction Find(DicomTag tag)
    {
        // Private elements; curves; overlays, which can hold text; what the standard does not know.
        if (tag.IsPrivate || (tag.Group & 0xFF00) is 0x5000 or 0x6000 || !VrDictionary.Knows(tag))
        {
            return ProfileAction.Remove;
        }

        return _actions.Value.GetValueOrDefault(tag);
    }

    private static Dictionary<DicomTag, ProfileAction> Load()
    {
        var actions = new Dictionary<DicomTag, ProfileAction>();
        using var stream = typeof(BasicProfile).Assembly.GetManifestResourceStream("Tat.MLNet.Dicom.BasicProfile.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var action = words[0] switch
            {
                "X" => ProfileAction.Remove,
                "Z" => ProfileAction.Empty,
                "D" => ProfileAction.Dummy,
                _ => ProfileAction.ReplaceUid
            };
            var group = ushort.Parse(words[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            foreach (var element in words.AsSpan(2))
            {
                actions[new DicomTag(group, ushort.Parse(element, NumberStyles.HexNumber, CultureInfo.InvariantCulture))] = action;
            }
        }

        return actions;
    }
}

/// <summary>What is done to an element (PS3.15, section E.3).</summary>
internal enum ProfileAction
{
    /// <summary>The value stays (K); sequences are searched.</summary>
    Keep,

    /// <summary>The element is removed (X).</summary>
    Remove,

    /// <summary>The value is emptied (Z).</summary>
    Empty,

    /// <summary>The value is replaced by one that means nothing (D).</summary>
    Dummy,

    /// <summary>UIDs are replaced, the same by the same (U).</summary>
    ReplaceUid,
}
