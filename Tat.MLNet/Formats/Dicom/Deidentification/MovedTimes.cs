using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Deidentification;

/// <summary>
/// Dates moved by a number of days and times as they are (PS3.15, section E.3.6, Retain Longitudinal Temporal Information with Modified
/// Dates Option), so that what lies between two of them stays.
/// </summary>
/// <param name="days">How far.</param>
internal sealed partial class MovedTimes(int days)
{
    private static readonly DicomTag _birthDate = new(0x0010, 0x0030), _birthTime = new(0x0010, 0x0032);

    /// <summary>A date or time as it may stay; <see langword="null"/> for what is none, or does not look like one.</summary>
    /// <param name="element">The element.</param>
    /// <param name="vr">What the element is by the standard, or by its creator.</param>
    public DicomElement? Find(DicomElement element, DicomVr vr)
    {
        if (element.Items is not null || element.Value.Length == 0 || element.Tag == _birthDate || element.Tag == _birthTime)
        {
            return null;
        }

        var texts = Encoding.Latin1.GetString(element.Value).Split('\\').Select(text => text.Trim(' ', '\0'));
        string?[] moved = [.. texts.Select(text => vr switch
        {
            DicomVr.DA when Date().IsMatch(text) => Move(text.Replace(".", "", StringComparison.Ordinal)),
            DicomVr.DT when DateTime().IsMatch(text) => Move(text),
            DicomVr.TM when Time().IsMatch(text) => text,
            DicomVr.SH when element.Tag == Tags.TimezoneOffsetFromUtc && Zone().IsMatch(text) => text,
            _ => null,
        })];
        return Array.Exists(moved, text => text is null)
            ? null
            : new DicomElement(element.Tag, vr, Encoding.ASCII.GetBytes(string.Join('\\', moved)));
    }

    /// <summary>Moves the date at the beginning of a text, whose month and day may be missing.</summary>
    private string? Move(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var told = Math.Min(digits, 8);
        var whole = text[..told] + "00010101"[told..];
        return System.DateTime.TryParseExact(whole, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            && (date - System.DateTime.MinValue).TotalDays + days > 0
            ? date.AddDays(days).ToString("yyyyMMdd", CultureInfo.InvariantCulture)[..told] + text[told..]
            : null;
    }

    [GeneratedRegex(@"^(\d{8}|\d{4}\.\d{2}\.\d{2})$")]
    private static partial Regex Date();

    [GeneratedRegex(@"^\d{4}(\d{2}(\d{2}(\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?$")]
    private static partial Regex DateTime();

    [GeneratedRegex(@"^\d{2}(:?\d{2}(:?\d{2}(\.\d{1,6})?)?)?$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^[+-]\d{4}$")]
    private static partial Regex Zone();
}
