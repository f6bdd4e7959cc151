using System.Globalization;
using System.Text;

namespace Tat.Samples.Reports;

/// <summary>Draws a chart of lines as inline SVG, in colours of the page's style.</summary>
internal static class LineChart
{
    private const double Width = 560;
    private const double Height = 300;
    private const double Left = 52;
    private const double Right = 64;
    private const double Top = 14;
    private const double Bottom = 42;

    public static string Render(ReportChart chart, Func<string, string> colourClass)
    {
        var points = chart.Lines.SelectMany(line => line.Points).Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .ToList();
        if (points.Count == 0)
        {
            return "";
        }

        var horizontal = Ticks(points.Min(point => point.X), points.Max(point => point.X), 5);
        var vertical = Ticks(points.Min(point => point.Y), points.Max(point => point.Y), 5);
        double X(double value) => Left + ((value - horizontal[0]) / (horizontal[^1] - horizontal[0]) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((value - vertical[0]) / (vertical[^1] - vertical[0]) * (Height - Top - Bottom));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{PageText.Html(chart.Title)}\">");
        foreach (var tick in vertical)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):F1}\" y2=\"{Y(tick):F1}\"/>");
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{Number(tick)}</text>");
        }

        foreach (var tick in horizontal)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{X(tick):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Number(tick)}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2:F1}\" y=\"{Height - 6}\" "
            + $"text-anchor=\"middle\">{PageText.Html(chart.Horizontal)}</text>");
        AppendLines(svg, chart, colourClass, X, Y);
        return svg.Append("</svg>").ToString();
    }

    private static void AppendLines(
        StringBuilder svg, ReportChart chart, Func<string, string> colourClass, Func<double, double> x, Func<double, double> y)
    {
        var labels = new List<(double Y, string Text, string Class)>();
        foreach (var line in chart.Lines)
        {
            var colour = colourClass(line.Name);
            var path = new StringBuilder();
            var pen = 'M';
            foreach (var (horizontal, vertical) in line.Points)
            {
                if (!double.IsFinite(horizontal) || !double.IsFinite(vertical))
                {
                    pen = 'M';
                    continue;
                }

                path.Append(CultureInfo.InvariantCulture, $"{pen}{x(horizontal):F1} {y(vertical):F1}");
                pen = 'L';
            }

            svg.Append(CultureInfo.InvariantCulture,
                $"<path class=\"line {colour}\" d=\"{path}\"><title>{PageText.Html(line.Name)}</title></path>");
            if (line.Points.LastOrDefault(point => double.IsFinite(point.X) && double.IsFinite(point.Y)) is { } last && path.Length > 0)
            {
                svg.Append(CultureInfo.InvariantCulture,
                    $"<circle class=\"dot {colour}\" cx=\"{x(last.X):F1}\" cy=\"{y(last.Y):F1}\" r=\"3.5\"/>");
                labels.Add((y(last.Y), line.Name, colour));
            }
        }

        // Labels stand at the ends of their lines, moved apart where they would overlap.
        var lowest = double.MinValue;
        foreach (var (position, text, colour) in labels.OrderBy(label => label.Y))
        {
            lowest = Math.Max(position, lowest + 15);
            svg.Append(CultureInfo.InvariantCulture,
                $"<text class=\"label {colour}\" x=\"{Width - Right + 8}\" y=\"{lowest + 4:F1}\">{PageText.Html(text)}</text>");
        }
    }

    /// <summary>Round numbers, evenly spaced, that enclose an interval.</summary>
    private static double[] Ticks(double minimum, double maximum, int about)
    {
        if (maximum - minimum < 1e-9 * Math.Max(1, Math.Abs(maximum)))
        {
            (minimum, maximum) = (minimum - 0.5, maximum + 0.5);
        }

        var raw = (maximum - minimum) / about;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = magnitude * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * magnitude >= raw * 0.999);
        var (first, last) = ((long)Math.Floor((minimum / step) + 1e-9), (long)Math.Ceiling((maximum / step) - 1e-9));
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    private static string Number(double value) =>
        Math.Abs(value) >= 10000 && value % 1000 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.#}k")
            : Math.Round(value, 10).ToString("G6", CultureInfo.InvariantCulture);
}
