namespace Tat.Torch.Files;

/// <summary>
/// Text as a cell of a table that no program takes for a formula and no terminal obeys, whatever files and tasks are called.
/// </summary>
internal static class CsvCell
{
    /// <summary>The cell, in quotation marks.</summary>
    public static string Quoted(string text) => $"\"{Harmless(text).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The cell, in quotation marks where it needs them.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAny(",;\"\r\n\t") >= 0 || Harmless(text) != text ? Quoted(text) : text;

    private static string Harmless(string text) => NoFormula(MessageText.Printable(text));

    private static string NoFormula(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{text}" : text;
}
