using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>Reads dates and times (PS3.5, section 6.2), without their time zone.</summary>
internal static class DicomDateTime
{
    /// <summary>A date (DA), also in the form of the standard's first edition; <see langword="null"/> where there is none or it is damaged.</summary>
    public static DateTime? Date(DicomDataSet dataSet, DicomTag tag) => dataSet.GetString(tag) is { } text &&
        DateTime.TryParseExact(text, ["yyyyMMdd", "yyyy.MM.dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>A time of day (TM).</summary>
    public static TimeSpan? Time(DicomDataSet dataSet, DicomTag tag) => dataSet.GetString(tag) is { } text ? ParseTime(text.Replace(":", "")) : null;

    /// <summary>A date and a time in two elements.</summary>
    public static DateTime? Of(DicomDataSet dataSet, DicomTag date, DicomTag time) => Date(dataSet, date) is { } day && Time(dataSet, time) is { } clock ? day + clock : null;

    /// <summary>A date and time in one element (DT).</summary>
    public static DateTime? Of(DicomDataSet dataSet, DicomTag tag)
    {
        if (dataSet.GetString(tag) is not { } text)
        {
            return null;
        }

        var zone = text.IndexOfAny(['+', '-'], Math.Min(8, text.Length));
        text = (zone < 0 ? text : text[..zone]).TrimEnd();
        return text.Length >= 12 &&
            DateTime.TryParseExact(text[..8], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) &&
            ParseTime(text[8..]) is { } clock ? day + clock : null;
    }

    private static TimeSpan? ParseTime(string text)
    {
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        if (whole.Length is not (2 or 4 or 6) || !whole.All(char.IsAsciiDigit))
        {
            return null;
        }

        var fraction = 0.0;
        if (point >= 0 && point + 1 < text.Length && !double.TryParse("0" + text[point..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out fraction))
        {
            return null;
        }

        var padded = whole.PadRight(6, '0');
        var (hours, minutes, seconds) = (int.Parse(padded[..2], CultureInfo.InvariantCulture), int.Parse(padded[2..4], CultureInfo.InvariantCulture), int.Parse(padded[4..], CultureInfo.InvariantCulture));
        return hours < 24 && minutes < 60 && seconds <= 60 ? new TimeSpan(hours, minutes, seconds) + TimeSpan.FromSeconds(fraction) : null;
    }
}
