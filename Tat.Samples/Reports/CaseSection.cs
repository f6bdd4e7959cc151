using System.Globalization;
using System.Text;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Reports;

/// <summary>One image of a report: input, restored, reference and errors at one window, with an enlarged detail of each.</summary>
internal sealed class CaseSection
{
    private readonly ReportCase _case;
    private readonly string _colour;
    private readonly IntensityRange _window;
    private readonly bool _inverted;
    private readonly Region _detail;

    public CaseSection(ReportCase item, string colour)
    {
        (_case, _colour) = (item, colour);
        var best = item.Reference ?? item.Restored ?? item.Input;
        _window = item.Window ?? Rendering.WindowOf(item.Task, best);
        _inverted = Rendering.IsInverted(item.Task);
        _detail = Rendering.MostDetailed(best, _window);
    }

    public void AppendTo(StringBuilder html)
    {
        var tiles = Tiles(out var highest);
        html.Append(CultureInfo.InvariantCulture,
            $"<section class=\"card case\"><header><h3 class=\"{_colour}\"><span>{PageText.Html(_case.Task.Name)} · "
            + $"{PageText.Html(_case.Name)}</span></h3><p>{_case.Input.Height} × {_case.Input.Width} pixels</p></header>");
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"tiles\" style=\"--columns:{tiles.Count}\">\n");
        for (var i = 0; i < tiles.Count; i++)
        {
            // In two columns one of an odd number stands alone: the reference of five, so that the errors stay side by side.
            AppendTile(html, tiles[i], alone: tiles.Count % 2 == 1 && i == (tiles.Count == 5 ? 2 : tiles.Count - 1));
        }

        html.Append("</div><div class=\"legend\">");
        var ramp = _inverted ? "linear-gradient(90deg,#fff,#000)" : "linear-gradient(90deg,#000,#fff)";
        html.Append(CultureInfo.InvariantCulture, $"<span>{Number(_window.Minimum)}<i class=\"ramp\" "
            + $"style=\"background:{ramp}\"></i>{Number(_window.Maximum)} {PageText.Html(_case.Task.Unit)}</span>");
        if (highest > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<span>error 0<i class=\"ramp\" "
                + $"style=\"background:{Rendering.HeatGradient}\"></i>{Number(highest)} {PageText.Html(_case.Task.Unit)}</span>");
        }

        html.Append("</div></section>\n");
    }

    /// <summary>The pictures in reading order; errors share one scale, set by the input's.</summary>
    private List<Tile> Tiles(out float highest)
    {
        var (input, restored, reference) = (_case.Input, _case.Restored, _case.Reference);
        var tiles = new List<Tile> { Picture("Input", input, Score(input)) };
        highest = 0;
        if (_case.Rival is { } rival)
        {
            tiles.Add(Picture(rival.Name, rival.Image, Score(rival.Image)));
        }

        if (restored is not null)
        {
            tiles.Add(Picture("Restored", restored, Score(restored)));
        }

        if (reference is not null)
        {
            tiles.Add(Picture("Reference", reference, "the aim"));
            var before = Rendering.Difference(input, reference, _window);
            highest = Rendering.Percentile(before.Pixels, 0.995);
            tiles.Add(Error(restored is null ? "|Error|" : "|Error| before", before, highest));
            if (restored is not null)
            {
                tiles.Add(Error("|Error| after", Rendering.Difference(restored, reference, _window), highest));
            }
        }
        else if (restored is not null)
        {
            var change = Rendering.Difference(restored, input, _window);
            highest = Rendering.Percentile(change.Pixels, 0.995);
            tiles.Add(Error("|Change|", change, highest));
        }

        return tiles;
    }

    private Tile Picture(string title, ImageSlice image, string caption) =>
        new(title, caption, Rendering.Grey(image, _window, _inverted), Rendering.Grey(Rendering.Crop(image, _detail), _window, _inverted));

    private static Tile Error(string title, ImageSlice error, float highest, Region detail) =>
        new(title, "same scale", Rendering.Heat(error, highest), Rendering.Heat(Rendering.Crop(error, detail), highest));

    private Tile Error(string title, ImageSlice error, float highest) => Error(title, error, highest, _detail);

    private string Score(ImageSlice image)
    {
        if (_case.Reference is null)
        {
            return "";
        }

        var quality = ImageQuality.Measure(image, _case.Reference, _case.Task.MetricWindow);
        return quality.Problem is not null
            ? "no PSNR: constant reference"
            : string.Create(CultureInfo.InvariantCulture,
                $"{(quality.IsIdentical ? "∞" : quality.Psnr.ToString("F1", CultureInfo.InvariantCulture))} dB · SSIM {quality.Ssim:F3}");
    }

    private void AppendTile(StringBuilder html, Tile tile, bool alone)
    {
        var (height, width) = (_case.Input.Height, _case.Input.Width);
        string Percent(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:F2}%");
        var marker = $"<i style=\"top:{Percent(_detail.Top, height)};left:{Percent(_detail.Left, width)};width:"
            + $"{Percent(_detail.Width, width)};height:{Percent(_detail.Height, height)}\"></i>";
        html.Append(CultureInfo.InvariantCulture, $"<figure{(alone ? " class=\"alone\"" : "")}><figcaption><b>"
            + $"{PageText.Html(tile.Title)}</b>{PageText.Html(tile.Caption)}</figcaption>");
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"frame\"><img alt=\"{PageText.Html(tile.Title)}\" width=\"{width}\" "
            + $"height=\"{height}\" src=\"{DataUri(tile.Full)}\">{marker}</div>");
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"frame zoom\"><img alt=\"{PageText.Html(tile.Title)}, detail\" "
            + $"width=\"{_detail.Width}\" height=\"{_detail.Height}\" src=\"{DataUri(tile.Detail)}\"></div></figure>\n");
    }

    private static string DataUri(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";

    private static string Number(float value) => value.ToString(Math.Abs(value) >= 100 ? "F0" : "G3", CultureInfo.InvariantCulture);

    private sealed record Tile(string Title, string Caption, byte[] Full, byte[] Detail);
}
