using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tat.Samples.Reports;
using Tat.Torch.Baselines;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>
/// Mean quality by group of images (a task, where nothing else is said) and method, and whether the model is better than the best filter.
/// </summary>
internal sealed record MethodTable(IReadOnlyList<MethodTable.Row> Rows)
{
    /// <summary>Less than this nobody sees, in dB.</summary>
    private const double Noticeable = 0.05;

    private static readonly string[] _headings =
    [
        "Method", "PSNR (dB)", "SSIM", "RMSE", "Bias", "Peak bias", "Noise", "Noise freq.", "Sharpness", "p",
    ];

    /// <summary>A method's means over a group of images; see <see cref="ImageQuality"/> and <see cref="ImageFidelity"/>.</summary>
    /// <param name="Task">The task, or which of its images.</param>
    /// <param name="Unit">The unit of RMSE, bias and noise.</param>
    /// <param name="Method">What was done to the images.</param>
    /// <param name="Images">How many there are.</param>
    /// <param name="Psnr">In dB.</param>
    /// <param name="Ssim">At most 1.</param>
    /// <param name="Rmse">In the unit.</param>
    /// <param name="Bias">In the unit.</param>
    /// <param name="PeakBias">A share.</param>
    /// <param name="Noise">In the unit.</param>
    /// <param name="NoiseFrequency">In cycles per pixel.</param>
    /// <param name="EdgeSharpness">1 for the reference.</param>
    /// <param name="PValue">Of the model: that of its PSNR, image by image, against that of the best other method.</param>
    public sealed record Row(
        string Task, string Unit, string Method, int Images, double? Psnr, double? Ssim, double? Rmse, double? Bias, double? PeakBias,
        double? Noise, double? NoiseFrequency, double? EdgeSharpness, double? PValue = null)
    {
        /// <summary>What the method shows of the regions of masks, where some were given.</summary>
        public IReadOnlyList<RegionTable.Row>? Regions { get; init; }
    }

    /// <summary>Averages measured images.</summary>
    public static MethodTable Of(IEnumerable<MeasuredImage> images) =>
        new([.. images.GroupBy(image => image.Group).SelectMany(group => RowsOf([.. group]))]);

    /// <summary>What a report shows of measured images.</summary>
    public static IReadOnlyList<ReportScore> ScoresOf(IEnumerable<MeasuredImage> images) =>
        [.. images.GroupBy(image => image.Task).Select(task => new ReportScore(task.Key,
            [.. task.SelectMany(image => image.Scores).Where(score => score.Method != MeasuredImage.Reference)
                .GroupBy(score => score.Method)
                .Select(method => (method.Key, QualitySummary.Of(method.Select(score => score.Quality))))]))];

    /// <summary>The row of the model in a task, and the best of the others: a filter, or the input.</summary>
    public IEnumerable<(Row Model, Row Rival)> Contests() => Rows.GroupBy(row => row.Task)
        .Where(task => task.Any(row => row.Method == MeasuredImage.Model))
        .Select(task => (task.Single(row => row.Method == MeasuredImage.Model), BestOf(task)));

    /// <summary>
    /// What the best filter of a group makes of an image, and what it is called; <see langword="null"/> where no filter was measured.
    /// </summary>
    /// <param name="task">The task of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="image">An image of it.</param>
    public (string Name, ImageSlice Image)? ApplyBestFilter(RestorationTask task, string group, ImageSlice image)
    {
        var filters = StandardFilters.For(task);
        var best = Rows.Where(row => row.Task == group && filters.Any(filter => filter.Name == row.Method))
            .MaxBy(row => row.Psnr ?? double.NegativeInfinity);
        return best is null ? null : (best.Method, filters.First(filter => filter.Name == best.Method).Apply(image));
    }

    /// <summary>The tables to print, one for each group.</summary>
    public IRenderable ToDisplay() => new Rows(Groups().Select(group =>
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(TitleOf(group.First())));
        foreach (var heading in _headings)
        {
            table.AddColumn(heading == _headings[0] ? new TableColumn(heading).NoWrap() : new TableColumn(heading).RightAligned());
        }

        foreach (var row in group)
        {
            table.AddRow([.. Cells(row).Select(Markup.Escape)]);
        }

        return table;
    }));

    /// <summary>The tables as Markdown, one for each group.</summary>
    public IEnumerable<string> ToMarkdown() => Groups().SelectMany(group => (IEnumerable<string>)
    [
        $"**{PageText.Markdown(TitleOf(group.First()))}**",
        "",
        $"| {string.Join(" | ", _headings)} |",
        $"|{string.Join("|", _headings.Select(heading => heading == _headings[0] ? "---" : "---:"))}|",
        .. group.Select(row => $"| {string.Join(" | ", Cells(row).Select(PageText.Markdown))} |"),
        "",
    ]);

    /// <summary>What a reader must not overlook: where the model helps, and by how much, and where it does not.</summary>
    public IEnumerable<string> Remarks()
    {
        foreach (var (model, rival) in Contests())
        {
            var gain = (model.Psnr - rival.Psnr) ?? double.NaN;
            var p = Number(model.PValue, "G2");
            if (rival.Method != MeasuredImage.Input)
            {
                yield return gain > Noticeable
                    ? string.Create(CultureInfo.InvariantCulture,
                        $"{model.Task}: the model is {gain:F2} dB above the best filter ({rival.Method}; p = {p}).")
                    : gain >= -Noticeable
                    ? $"{model.Task}: the model is no better than the best filter ({rival.Method}; p = {p})."
                    : string.Create(CultureInfo.InvariantCulture, $"{model.Task}: a filter is better than the model by {-gain:F2} dB "
                        + $"({rival.Method}; p = {p}): use the filter, or train the model longer, on images more like these.");
            }
            else if (gain < -Noticeable)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{model.Task}: the model makes images worse ({gain:F2} dB). Train it longer, or on images more like these.");
            }
            else if (gain <= Noticeable)
            {
                yield return $"{model.Task}: the model changes almost nothing. Train it longer, or on images more like these.";
            }
        }
    }

    private static IEnumerable<Row> RowsOf(MeasuredImage[] images)
    {
        var (task, methods) = (images[0].Task, images.SelectMany(image => image.Scores).Select(score => score.Method).Distinct().ToList());

        // The reference comes last, whatever the first image lacks.
        methods = [.. methods.Where(method => method != MeasuredImage.Reference), MeasuredImage.Reference];
        Row[] rows = [.. methods.Select(method => RowOf(images[0].Group, task.Unit, method, [.. Scores(images, method)]))];
        return rows.Select(row => row.Method == MeasuredImage.Model
            ? row with { PValue = PairedComparison.Of(PsnrOf(images, row.Method), PsnrOf(images, BestOf(rows).Method)).PValue }
            : row);
    }

    private static Row RowOf(string task, string unit, string method, MethodScore[] scores)
    {
        var quality = QualitySummary.Of(scores.Select(score => score.Quality));
        double? Mean(Func<ImageFidelity, double> value) =>
            ValueSummary.OfFinite(scores.Select(score => value(score.Fidelity))) is { Count: > 0 } summary ? summary.Mean : null;
        double? OrNone(ValueSummary summary) => summary.Count > 0 ? summary.Mean : null;
        var isReference = method == MeasuredImage.Reference;
        return new(task, unit, method, scores.Length,
            isReference ? null : OrNone(quality.Psnr), isReference ? null : OrNone(quality.Ssim), isReference ? null : OrNone(quality.Rmse),
            isReference ? null : Mean(fidelity => fidelity.Bias), isReference ? null : Mean(fidelity => fidelity.PeakBias),
            Mean(fidelity => fidelity.Noise), Mean(fidelity => fidelity.NoiseFrequency),
            isReference ? null : Mean(fidelity => fidelity.EdgeSharpness));
    }

    /// <summary>The best that there is without the model.</summary>
    private static Row BestOf(IEnumerable<Row> rows) =>
        rows.Where(row => row.Method is not (MeasuredImage.Model or MeasuredImage.Reference))
            .MaxBy(row => row.Psnr ?? double.NegativeInfinity)!;

    private static IEnumerable<MethodScore> Scores(MeasuredImage[] images, string method) =>
        images.SelectMany(image => image.Scores.Where(score => score.Method == method));

    private static double[] PsnrOf(MeasuredImage[] images, string method) =>
        [.. images.Select(image => image.Scores.FirstOrDefault(score => score.Method == method)?.Quality.Psnr ?? double.NaN)];

    private IEnumerable<IGrouping<string, Row>> Groups() => Rows.GroupBy(row => row.Task);

    private static string TitleOf(Row row) =>
        $"{row.Task}: {MessageText.Amount(row.Images, "image")}; RMSE, bias and noise in {row.Unit}";

    private static string[] Cells(Row row) =>
    [
        row.Method, Number(row.Psnr, "F2"), Number(row.Ssim, "F4"), Number(row.Rmse, "G3"), Number(row.Bias, "G3"),
        row.PeakBias is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "-",
        Number(row.Noise, "G3"), Number(row.NoiseFrequency, "F3"), Number(row.EdgeSharpness, "F2"), Number(row.PValue, "G2"),
    ];

    private static string Number(double? value, string format) =>
        value is null ? "-" : value.Value.ToString(format, CultureInfo.InvariantCulture);
}
