using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tat.Samples.Reports;

/// <summary>A table of text, for terminals, Markdown and pages alike.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Headings">Its columns; the first are texts, to the left, the rest numbers.</param>
/// <param name="Texts">How many columns are texts.</param>
/// <param name="Rows">Its rows, a cell for each column.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Headings, int Texts, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>For a terminal.</summary>
    public IRenderable ToDisplay()
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(Title));
        foreach (var (i, heading) in Headings.Index())
        {
            var column = new TableColumn(Markup.Escape(heading)).NoWrap();
            table.AddColumn(i < Texts ? column : column.RightAligned());
        }

        foreach (var row in Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        return table;
    }

    /// <summary>As lines of Markdown.</summary>
    public IEnumerable<string> ToMarkdown() =>
    [
        $"**{PageText.Markdown(Title)}**",
        "",
        $"| {string.Join(" | ", Headings.Select(PageText.Markdown))} |",
        $"|{string.Join("|", Headings.Select((_, i) => i < Texts ? "---" : "---:"))}|",
        .. Rows.Select(row => $"| {string.Join(" | ", row.Select(PageText.Markdown))} |"),
        "",
    ];

    /// <summary>As HTML.</summary>
    public string ToHtml() =>
        $"<section class=\"card\"><h3>{PageText.Html(Title)}</h3><table><thead><tr>"
        + string.Concat(Headings.Select(heading => $"<th>{PageText.Html(heading)}</th>")) + "</tr></thead><tbody>"
        + string.Concat(Rows.Select(row => $"<tr>{string.Concat(row.Select(cell => $"<td>{PageText.Html(cell)}</td>"))}</tr>"))
        + "</tbody></table></section>\n";
}
