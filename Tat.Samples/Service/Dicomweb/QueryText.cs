using System.Text.RegularExpressions;
using Tat.Samples.Service.Archive;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>What a search asks for (PS3.18, section 8.3.4).</summary>
internal static partial class QueryText
{
    /// <summary>Attributes that are searched for, by tag and by keyword.</summary>
    private static readonly Dictionary<string, string> _known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["StudyInstanceUID"] = "0020000D",
        ["SeriesInstanceUID"] = "0020000E",
        ["SOPInstanceUID"] = "00080018",
        ["Modality"] = "00080060",
        ["ModalitiesInStudy"] = "00080061",
        ["PatientID"] = "00100020",
        ["PatientName"] = "00100010",
        ["AccessionNumber"] = "00080050",
        ["StudyDate"] = "00080020",
    };

    /// <summary>Parameters that change nothing here: all attributes are told, and names are compared letter by letter.</summary>
    private static readonly HashSet<string> _ignored =
        new(StringComparer.OrdinalIgnoreCase) { "includefield", "fuzzymatching", "limit", "offset", "accept" };

    /// <summary>The series that a search asks for.</summary>
    /// <exception cref="ServiceProblem">It names an attribute that is not searched for, or a date that is none.</exception>
    public static SeriesMatch MatchOf(IQueryCollection query, string? study, string? series)
    {
        var values = ValuesOf(query);
        var (from, to) = RangeOf(values.GetValueOrDefault("00080020"));
        return new()
        {
            Studies = study is null ? Uids(values.GetValueOrDefault("0020000D")) : [study],
            Series = series is null ? Uids(values.GetValueOrDefault("0020000E")) : [series],
            Modality = values.GetValueOrDefault("00080060") ?? values.GetValueOrDefault("00080061"),
            PatientId = values.GetValueOrDefault("00100020"),
            PatientName = values.GetValueOrDefault("00100010"),
            AccessionNumber = values.GetValueOrDefault("00080050"),
            From = from,
            To = to,
        };
    }

    /// <summary>The objects that a search asks for; none for all.</summary>
    public static IReadOnlyList<string> InstancesOf(IQueryCollection query) => Uids(ValuesOf(query).GetValueOrDefault("00080018"));

    private static Dictionary<string, string> ValuesOf(IQueryCollection query)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in query.Where(one => !_ignored.Contains(one.Key)))
        {
            var tag = _known.GetValueOrDefault(name) ?? name;
            if (!_known.ContainsValue(tag.ToUpperInvariant()))
            {
                throw Wrong($"'{name}' is not searched for; use {string.Join(", ", _known.Keys)}.");
            }

            values[tag.ToUpperInvariant()] = value.ToString();
        }

        return values;
    }

    private static string[] Uids(string? text) =>
        (text ?? "").Split([',', '\\'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (string? From, string? To) RangeOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (null, null);
        }

        var match = Dates().Match(text);
        return !match.Success || text == "-" ? throw Wrong($"'{text}' is no date and no range of dates; write 20250101-20251231.")
            : match.Groups["to"] is { Success: true } to
            ? (match.Groups["from"].Value is { Length: > 0 } from ? from : null, to.Value.Length > 0 ? to.Value : null)
            : (match.Groups["from"].Value, match.Groups["from"].Value);
    }

    private static ServiceProblem Wrong(string message) => new(StatusCodes.Status400BadRequest, message);

    [GeneratedRegex(@"^(?<from>[0-9]{8}|(?=-))(-(?<to>[0-9]{8}|))?$")]
    private static partial Regex Dates();
}
