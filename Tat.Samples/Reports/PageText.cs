using System.Net;
using Tat.Torch.Files;

namespace Tat.Samples.Reports;

/// <summary>Text of files and models as pages show it: as it reads, without markup and without characters that a terminal obeys.</summary>
internal static class PageText
{
    /// <summary>Text in HTML.</summary>
    public static string Html(string text) => WebUtility.HtmlEncode(MessageText.Printable(text));

    /// <summary>Text in a line or a cell of a table of Markdown.</summary>
    public static string Markdown(string text) => MessageText.OneLine(text, int.MaxValue).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal);
}
