using System.IO.Enumeration;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Series;

/// <summary>Finds the rule for a series.</summary>
internal static class RuleMatch
{
    /// <summary>The first rule that fits; <see langword="null"/> where none does.</summary>
    public static SeriesRule? Of(ReceivedSeries series, IEnumerable<SeriesRule> rules) => rules.FirstOrDefault(rule =>
        Fits(rule.Modality, series.Modality) && Fits(rule.Description, series.Description) && Fits(rule.SopClass, series.SopClassUid)
        && Fits(rule.AeTitle, series.AeTitle));

    private static bool Fits(string? pattern, string? text) =>
        string.IsNullOrEmpty(pattern)
        || FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\"), text ?? "", ignoreCase: true);
}
