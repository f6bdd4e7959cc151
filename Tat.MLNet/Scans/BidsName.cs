using System.Text.RegularExpressions;

namespace Tat.MLNet.Scans;

/// <summary>A name by BIDS, without its ending: <c>sub-LABEL_…_SUFFIX</c>.</summary>
/// <param name="Entities">What stands before the suffix: <c>sub-01</c>, <c>ses-2</c> and so on.</param>
/// <param name="Suffix">The kind of image, such as <c>T1w</c>.</param>
internal sealed partial record BidsName(IReadOnlyList<string> Entities, string Suffix)
{
    /// <summary>Reads a name; <see langword="null"/> where it is none of BIDS.</summary>
    public static BidsName? Of(string name) =>
        Form().Match(name) is { Success: true } match ? new(match.Groups["entities"].Value.Split('_'), match.Groups["suffix"].Value) : null;

    [GeneratedRegex("^(?<entities>sub-[A-Za-z0-9]+(_[a-z]+-[A-Za-z0-9+]+)*)_(?<suffix>[A-Za-z0-9]+)$")]
    private static partial Regex Form();
}
