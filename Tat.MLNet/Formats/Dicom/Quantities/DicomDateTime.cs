using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>
/// Reads dates and times (PS3.5, section 6.2) as local times of an object, whose zone Timezone Offset From UTC tells (PS3.3, section
/// C.12.1.1.8).
/// </summary>
internal static class DicomDateTime
{
    /// <summary>
    /// A date (DA), also in the form of the standard's first edition; <see langword="null"/> where there is none or it is damaged.
    /// </summary>
    public static DateTime? Date(DicomDataSet dataSet, DicomTag tag) => dataSet.GetString(tag) is { } text &&
        DateTime.TryParseExact(text, ["yyyyMMdd", "yyyy.MM.dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        ? date
        : null;

    /// <summary>A time of day (TM).</summary>
    public static TimeSpan? Time(DicomDataSet dataSet, DicomTag tag) =>
        dataSet.GetString(tag) is { } text ? ParseTime(text.Replace(":", "")) : null;

    /// <summary>A date and a time in two elements.</summary>
    public static DateTime? Of(DicomDataSet dataSet, DicomTag date, DicomTag time) =>
        Date(dataSet, date) is { } day && Time(dataSet, time) is { } clock ? Later(day, clock.TotalSeconds) : null;

    /// <summary>A date and time in one element (DT), in local time where both zones are known, and as it is written otherwise.</summary>
    /// <param name="dataSet">The object or item that holds the element.</param>
    /// <param name="tag">The element.</param>
    /// <param name="local">How far the zone of the object is ahead of UTC; <see langword="null"/> where it does not tell.</param>
    public static DateTime? Of(DicomDataSet dataSet, DicomTag tag, TimeSpan? local)
    {
        if (dataSet.GetString(tag) is not { } text)
        {
            return null;
        }

        var sign = SignOf(text);
        var zone = sign < 0 ? null : ParseZone(text[sign..]);
        text = (sign < 0 ? text : text[..sign]).TrimEnd();
        return text.Length >= 12 &&
            DateTime.TryParseExact(text[..8], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) &&
            ParseTime(text[8..]) is { } clock ? Later(day, (clock + ((local - zone) ?? TimeSpan.Zero)).TotalSeconds) : null;
    }

    /// <summary>Whether a date and time in one element (DT) tells its zone.</summary>
    public static bool HasZone(DicomDataSet dataSet, DicomTag tag) => dataSet.GetString(tag) is { } text && SignOf(text) >= 0;

    /// <summary>How far the zone of an object is ahead of UTC; <see langword="null"/> where it does not tell.</summary>
    public static TimeSpan? Zone(DicomDataSet dataSet) =>
        dataSet.GetString(Tags.TimezoneOffsetFromUtc) is { } text ? ParseZone(text) : null;

    private static int SignOf(string text) => text.IndexOfAny(['+', '-'], Math.Min(8, text.Length));

    private static TimeSpan? ParseZone(string text)
    {
        var digits = text.Length > 0 ? text[1..].Replace(":", "") : "";
        if (digits.Length != 4 || !digits.All(char.IsAsciiDigit) || text[0] is not ('+' or '-'))
        {
            return null;
        }

        var minutes = (int.Parse(digits[..2], CultureInfo.InvariantCulture) * 60) + int.Parse(digits[2..], CultureInfo.InvariantCulture);
        return minutes <= 14 * 60 ? TimeSpan.FromMinutes(text[0] == '-' ? -minutes : minutes) : null;
    }

    /// <summary>A time some seconds later; <see langword="null"/> where no calendar has it.</summary>
    public static DateTime? Later(DateTime time, double seconds) =>
        seconds > (DateTime.MinValue - time).TotalSeconds && seconds < (DateTime.MaxValue - time).TotalSeconds
            ? time.AddSeconds(seconds)
            : null;

    private static TimeSpan? ParseTime(string text)
    {
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        if (whole.Length is not (2 or 4 or 6) || !whole.All(char.IsAsciiDigit))
        {
            return null;
        }

        var fraction = 0.0;
        if (point >= 0 && point + 1 < text.Length
            && !double.TryParse("0" + text[point..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out fraction))
        {
            return null;
        }

        var padded = whole.PadRight(6, '0');
        var (hours, minutes, seconds) = (int.Parse(padded[..2], CultureInfo.InvariantCulture),
            int.Parse(padded[2..4], CultureInfo.InvariantCulture), int.Parse(padded[4..], CultureInfo.InvariantCulture));
        return hours < 24 && minutes < 60 && seconds <= 60 ? new TimeSpan(hours, minutes, seconds) + TimeSpan.FromSeconds(fraction) : null;
    }
}
