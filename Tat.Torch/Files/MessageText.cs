using System.Globalization;

namespace Tat.Torch.Files;

/// <summary>Makes text that files contain fit for messages: of bounded length, and without characters that a terminal obeys.</summary>
internal static class MessageText
{
    /// <summary>Longest message of an exception about a file's content, in characters.</summary>
    public const int Longest = 500;

    private const int KeptEnd = 100;

    /// <summary>
    /// Text on one line without control characters; of one that is too long the middle is left out, for what is wrong and what to do stand
    /// at the ends.
    /// </summary>
    public static string OneLine(string text, int longest = Longest)
    {
        var line = Printable(text.ReplaceLineEndings(" ").Replace('\t', ' '));
        return line.Length <= longest ? line : $"{line[..(longest - KeptEnd - 1)]}…{line[^KeptEnd..]}";
    }

    /// <summary>
    /// Text with a � in place of control characters and of those that turn the direction of writing; line ends and tabs stay.
    /// </summary>
    public static string Printable(string text) => Printable(text, _ => "\uFFFD");

    /// <summary>Text with something else in place of these characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replace">What stands for a character.</param>
    public static string Printable(string text, Func<char, string> replace) =>
        text.Any(IsObeyed)
            ? string.Concat(text.Select(character => IsObeyed(character) ? replace(character) : character.ToString()))
            : text;

    /// <summary>A number of things, one of which is called otherwise: 1 slice, 2 slices.</summary>
    /// <param name="number">How many.</param>
    /// <param name="one">What one is called.</param>
    /// <param name="many">What several are called; <see langword="null"/> for <paramref name="one"/> and an s.</param>
    public static string Amount(long number, string one, string? many = null) =>
        FormattableString.Invariant($"{number} {(number == 1 ? one : many ?? one + "s")}");

    private static bool IsObeyed(char character) => character is not ('\n' or '\r' or '\t')
        && (char.IsControl(character) || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')
            || CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
