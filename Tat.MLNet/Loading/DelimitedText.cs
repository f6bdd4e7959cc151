using System.Text;
using Tat.Torch.Files;

namespace Tat.MLNet.Loading;

/// <summary>Reads comma-, semicolon- or tab-separated text with quotes as in RFC 4180; the heading tells the separator.</summary>
internal static class DelimitedText
{
    private const int LongestRecord = 1 << 20;
    private const int MostFields = 1000;

    /// <summary>The lines that are not empty, the heading first; all have as many fields as the heading.</summary>
    /// <exception cref="InvalidDataException">A line has another number of fields or too many, or a quote is not closed.</exception>
    public static IEnumerable<Line> Read(TextReader reader, string path)
    {
        var separator = '\0';
        var width = 0;
        var number = 0;
        while (ReadRecord(reader, path, ref number, out var first) is { } text)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            if (width == 0)
            {
                separator = new[] { '\t', ';', ',' }.FirstOrDefault(text.Contains, ',');
            }

            var fields = Split(text, separator);
            width = width == 0 ? fields.Count : width;
            yield return fields.Count == width && width <= MostFields
                ? new(first, fields)
                : throw new InvalidDataException(
                    $"'{path}', line {first}: has {MessageText.Amount(fields.Count, "field")} where the heading "
                        + $"has {Math.Min(width, MostFields)}; quote fields that contain '{separator}'.");
        }
    }

    // A record goes on over the end of a line while a quote is open.
    private static string? ReadRecord(TextReader reader, string path, ref int number, out int first)
    {
        first = number + 1;
        if (reader.ReadLine() is not { } text)
        {
            return null;
        }

        number++;
        if (IsClosed(text))
        {
            return text;
        }

        var record = new StringBuilder(text);
        for (var closed = false; !closed; number++)
        {
            var more = record.Length > LongestRecord ? null : reader.ReadLine();
            record.Append('\n').Append(more ?? throw new InvalidDataException($"'{path}', line {first}: a quote is not closed."));
            closed = !IsClosed(more);
        }

        return record.ToString();
    }

    private static bool IsClosed(string text) => text.AsSpan().Count('"') % 2 == 0;

    private static List<string> Split(string text, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                var isDoubled = quoted && i + 1 < text.Length && text[i + 1] == '"';
                if (isDoubled)
                {
                    field.Append(text[i++]);
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (text[i] == separator && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(text[i]);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }

    /// <summary>A record.</summary>
    /// <param name="Number">Its line in the file, from 1.</param>
    /// <param name="Fields">Its fields without quotes.</param>
    public sealed record Line(int Number, IReadOnlyList<string> Fields);
}
