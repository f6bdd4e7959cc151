using System.Globalization;
using System.Reflection;
using System.Text;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Metrics;
using Tat.Torch.Model;

namespace Tat.Samples.Reports;

/// <summary>Writes a report as one HTML file that needs nothing else: style, pictures and charts are inside.</summary>
internal sealed class HtmlReport
{
    private const int Colours = 6;

    private readonly ReportModel _model;
    private readonly List<string> _tasks;
    private readonly StringBuilder _html = new();

    private HtmlReport(ReportModel model)
    {
        _model = model;
        _tasks = [.. model.Scores.Select(score => score.Task.Name).Concat(model.Cases.Select(item => item.Task.Name))
            .Concat(model.Charts.SelectMany(chart => chart.Lines).Select(line => line.Name))
            .Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>
    /// Writes the report, its picture as <c>.png</c> where there is one to show, and what else belongs to it; all files appear together, or
    /// none.
    /// </summary>
    /// <param name="model">What it shows.</param>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <param name="beside">Other files, and what writes them.</param>
    public static void Write(ReportModel model, string path, params IReadOnlyList<(string Path, Action<Stream> Write)> beside) =>
        AtomicFiles.Write(
        [
            .. beside,
            .. ContactSheet.Render(model.Cases) is { } picture
                ? [(Path.ChangeExtension(path, ".png"), stream => stream.Write(picture))]
                : Array.Empty<(string, Action<Stream>)>(),
            (path, AtomicFile.Text(Render(model))),
        ]);

    /// <summary>The report as text.</summary>
    public static string Render(ReportModel model) => new HtmlReport(model).Render();

    private string Render()
    {
        _html.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
            + "content=\"width=device-width, initial-scale=1\">");
        _html.Append(CultureInfo.InvariantCulture, $"<title>{PageText.Html(_model.Title)}</title><style>"
            + $"{Style()}</style></head><body><main>\n<h1>{PageText.Html(_model.Title)}</h1>");
        if (_model.Summary is { } summary)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<p class=\"lead\">{PageText.Html(summary)}</p>\n");
        }

        AppendNotes();
        AppendScores();
        _html.AppendJoin("", _model.Tables.Select(table => table.ToHtml()));
        AppendCases();
        AppendCharts();
        AppendFacts();
        _html.Append(CultureInfo.InvariantCulture,
            $"<footer>TAT for ML.NET {new ModelCard().ProductVersion} · not a medical device</footer>\n</main></body></html>\n");
        return _html.ToString();
    }

    private void AppendNotes()
    {
        if (_model.Notes.Count > 0)
        {
            _html.Append("<aside class=\"card notes\"><h3>Read this first</h3><ul>");
            _html.AppendJoin("", _model.Notes.Select(note => $"<li>{PageText.Html(note)}</li>"));
            _html.Append("</ul></aside>\n");
        }
    }

    private void AppendScores()
    {
        if (_model.Scores.Count == 0)
        {
            return;
        }

        _html.Append("<h2>Quality against the reference</h2><div class=\"scores\">\n");
        foreach (var (task, methods) in _model.Scores)
        {
            var input = methods[0].Quality;
            _html.Append(CultureInfo.InvariantCulture,
                $"<section class=\"card score\"><h3 "
                + $"class=\"{Colour(task.Name)}\"><span>{PageText.Html(task.Name)}</span><small>"
                + $"{MessageText.Amount(input.Images, "image")}</small></h3>");
            _html.Append(CultureInfo.InvariantCulture, $"<table><thead><tr><th>mean ± s.d.</th><th>PSNR "
                + $"(dB)</th><th></th><th>SSIM</th><th>RMSE ({PageText.Html(task.Unit)})</th></tr></thead><tbody>");
            var best = methods.Max(method => method.Quality.Psnr.Mean);
            foreach (var (method, quality) in methods)
            {
                AppendMethod(method, quality, quality.Psnr.Mean - input.Psnr.Mean, isBest: methods.Count > 1 && quality.Psnr.Mean == best);
            }

            _html.Append("</tbody></table>");
            AppendExceptions(methods);
            _html.Append("</section>\n");
        }

        _html.Append("</div>\n");
    }

    private void AppendMethod(string method, QualitySummary quality, double gain, bool isBest)
    {
        var (verdict, sign) = gain > 0 ? (" good", "+") : (" bad", "−");
        var change = gain == 0 || !double.IsFinite(gain)
            ? "<td></td>"
            : $"<td class=\"gain{verdict}\">{sign}{Number(Math.Abs(gain), "F2")}</td>";
        var psnr = WithSpread(quality.Psnr, "F2");
        _html.Append(CultureInfo.InvariantCulture, $"<tr><td>{PageText.Html(method)}</td><td>{(isBest ? $"<b>{psnr}</b>" : psnr)}</td>"
            + $"{change}<td>{WithSpread(quality.Ssim, "F4")}</td><td>{WithSpread(quality.Rmse, "G3")}</td></tr>");
    }

    private void AppendExceptions(IReadOnlyList<(string Method, QualitySummary Quality)> methods)
    {
        if (methods[0].Quality.UndefinedImages is > 0 and var undefined)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<p><small>{undefined} of the images have no PSNR and SSIM: the reference is "
                + $"constant or a pixel is not finite.</small></p>");
        }

        foreach (var (method, quality) in methods.Where(item => item.Quality.IdenticalImages > 0))
        {
            _html.Append(CultureInfo.InvariantCulture, $"<p><small>{PageText.Html(method)}: {quality.IdenticalImages} of the images equal "
                + $"their reference; their infinite PSNR is left out of the mean.</small></p>");
        }
    }

    private void AppendCases()
    {
        if (_model.Cases.Count == 0)
        {
            return;
        }

        _html.Append("<h2>Images side by side</h2>\n");
        foreach (var item in _model.Cases)
        {
            new CaseSection(item, Colour(item.Task.Name)).AppendTo(_html);
        }
    }

    private void AppendCharts()
    {
        if (_model.Charts.Count == 0)
        {
            return;
        }

        _html.Append("<h2>Learning curves</h2><div class=\"charts\">\n");
        foreach (var chart in _model.Charts)
        {
            _html.Append(CultureInfo.InvariantCulture,
                $"<section class=\"card\"><h3>{PageText.Html(chart.Title)}</h3>{LineChart.Render(chart, Colour)}</section>\n");
        }

        _html.Append("</div>\n");
    }

    private void AppendFacts()
    {
        if (_model.Facts.Count == 0)
        {
            return;
        }

        _html.Append("<h2>Data and settings</h2><div class=\"facts\">\n");
        foreach (var (title, items) in _model.Facts)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\"><h3>{PageText.Html(title)}</h3><dl>");
            _html.AppendJoin("", items.Select(item => $"<dt>{PageText.Html(item.Name)}</dt><dd>{PageText.Html(item.Value)}</dd>"));
            _html.Append("</dl></section>\n");
        }

        _html.Append("</div>\n");
    }

    /// <summary>A task keeps its colour through the whole report.</summary>
    private string Colour(string task) =>
        $"c{Math.Max(0, _tasks.FindIndex(known => string.Equals(known, task, StringComparison.OrdinalIgnoreCase))) % Colours}";

    private static string WithSpread(ValueSummary value, string format) =>
        value.Count == 0 ? "–" : value.Count == 1 ? Number(value.Mean, format)
        : $"{Number(value.Mean, format)}<small>± "
            + $"{Number(value.StandardDeviation, format == "F4" ? "F3" : format == "F2" ? "F1" : "G2")}</small>";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
