using System.Globalization;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Numbers as decimal strings of at most 16 characters (PS3.5, section 6.2, DS).</summary>
internal static class DecimalString
{
    private const int Longest = 16;

    /// <summary>As many digits as fit.</summary>
    public static string Of(double value)
    {
        for (var digits = 17; digits > 1; digits--)
        {
            var text = value.ToString("G" + digits, CultureInfo.InvariantCulture);
            if (text.Length <= Longest)
            {
                return text;
            }
        }

        return value.ToString("G1", CultureInfo.InvariantCulture);
    }

    /// <summary>The number that <see cref="Of"/> keeps.</summary>
    public static double Round(double value) => double.Parse(Of(value), CultureInfo.InvariantCulture);
}
