using System.Globalization;
using Spectre.Console;
using Tat.Samples.Reports;
using Tat.Torch.Metrics;

namespace Tat.Samples.Comparison;

/// <summary>Mean quality by task and method, and whether the model is better than the best filter.</summary>
internal sealed record MethodTable(IReadOnlyList<MethodTable.Row> Rows)
{
    /// <summary>Less than this nobody sees, in dB.</summary>
    private const double Noticeable = 0.05;

    private static readonly string[] _headings = ["Task", "Method", "Images", "PSNR (dB)", "SSIM", "RMSE", "Bias", "Peak bias", "Noise", "Noise freq.", "Sharpness", "p"];

    /// <summary>A method's means over the images of a task; see <see cref="ImageQuality"/> and <see cref="ImageFidelity"/>.</summary>
    /// <param name="Task">The task's name.</param>
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
        string Task, string Unit, string Method, int Images, double? Psnr, double? Ssim, double? Rmse, double? Bias, double? PeakBias, double? Noise, double? NoiseFrequency, double? EdgeSharpness, double? PValue = null);

    /// <summary>Averages measured images.</summary>
    public static MethodTable Of(IEnumerable<MeasuredImage> images) => new([.. images.GroupBy(image => image.Task).SelectMany(task => RowsOf([.. task]))]);

    /// <summary>What a report shows of measured images.</summary>
    public static IReadOnlyList<ReportScore> ScoresOf(IEnumerable<MeasuredImage> images) => [.. images.GroupBy(image => image.Task).Select(task => new ReportScore(task.Key,
        [.. task.SelectMany(image => image.Scores).Where(score => score.Method != MeasuredImage.Reference).GroupBy(score => score.Method)
            .Select(method => (method.Key, QualitySummary.Of(method.Select(score => score.Quality))))]))];

    /// <summary>The row of the model in a task, and the best of the others: a filter, or the input.</summary>
    public IEnumerable<(Row Model, Row Rival)> Contests() => Rows.GroupBy(row => row.Task)
        .Where(task => task.Any(row => row.Method == MeasuredImage.Model))
        .Select(task => (task.Single(row => row.Method == MeasuredImage.Model), BestOf(task)));

    /// <summary>The table to print.</summary>
    public Table ToTable()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in _headings)
        {
            table.AddColumn(heading is "Task" or "Method" ? new TableColumn(heading) : new TableColumn(heading).RightAligned());
        }

        foreach (var row in Rows)
        {
            table.AddRow([.. Cells(row).Select(Markup.Escape)]);
        }

        return table;
    }

    /// <summary>The table as Markdown.</summary>
    public IEnumerable<string> ToMarkdown() =>
    [
        $"| {string.Join(" | ", _headings)} |",
        $"|{string.Join("|", _headings.Select(heading => heading is "Task" or "Method" ? "---" : "---:"))}|",
        .. Rows.Select(row => $"| {string.Join(" | ", Cells(row))} |"),
    ];

    /// <summary>What a reader must not overlook: where the model helps, and by how much, and where it does not.</summary>
    public IEnumerable<string> Remarks()
    {
        foreach (var (model, rival) in Contests())
        {
            var gain = (model.Psnr - rival.Psnr) ?? double.NaN;
            var p = Number(model.PValue, "G2");
            if (rival.Method != MeasuredImage.Input)
            {
                yield return gain > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{model.Task}: the model is {gain:F2} dB above the best filter ({rival.Method}; p = {p}).")
                    : string.Create(CultureInfo.InvariantCulture, $"{model.Task}: a filter is better than the model by {-gain:F2} dB ({rival.Method}; p = {p}): use the filter, or train the model longer and on images that are more like these.");
            }
            else if (gain < -Noticeable)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{model.Task}: the model makes images worse ({gain:F2} dB). Train it longer, or on images that are more like these.");
            }
            else if (gain <= Noticeable)
            {
                yield return $"{model.Task}: the model changes next to nothing. Train it longer, or on images that are more like these.";
            }
        }
    }

    private static IEnumerable<Row> RowsOf(MeasuredImage[] images)
    {
        var (task, methods) = (images[0].Task, images.SelectMany(image => image.Scores).Select(score => score.Method).Distinct().ToList());

        // The reference comes last, whatever the first image lacks.
        methods = [.. methods.Where(method => method != MeasuredImage.Reference), MeasuredImage.Reference];
        Row[] rows = [.. methods.Select(method => RowOf(task.Name, task.Unit, method, [.. Scores(images, method)]))];
        return rows.Select(row => row.Method == MeasuredImage.Model
            ? row with { PValue = PairedComparison.Of(PsnrOf(images, row.Method), PsnrOf(images, BestOf(rows).Method)).PValue }
            : row);
    }

    private static Row RowOf(string task, string unit, string method, MethodScore[] scores)
    {
        var quality = QualitySummary.Of(scores.Select(score => score.Quality));
        double? Mean(Func<ImageFidelity, double> value) => ValueSummary.OfFinite(scores.Select(score => value(score.Fidelity))) is { Count: > 0 } summary ? summary.Mean : null;
        double? OrNone(ValueSummary summary) => summary.Count > 0 ? summary.Mean : null;
        var isReference = method == MeasuredImage.Reference;
        return new(task, unit, method, scores.Length,
            isReference ? null : OrNone(quality.Psnr), isReference ? null : OrNone(quality.Ssim), isReference ? null : OrNone(quality.Rmse),
            isReference ? null : Mean(fidelity => fidelity.Bias), isReference ? null : Mean(fidelity => fidelity.PeakBias),
            Mean(fidelity => fidelity.Noise), Mean(fidelity => fidelity.NoiseFrequency), isReference ? null : Mean(fidelity => fidelity.EdgeSharpness));
    }

    /// <summary>The best that there is without the model.</summary>
    private static Row BestOf(IEnumerable<Row> rows) =>
        rows.Where(row => row.Method is not (MeasuredImage.Model or MeasuredImage.Reference)).MaxBy(row => row.Psnr ?? double.NegativeInfinity)!;

    private static IEnumerable<MethodScore> Scores(MeasuredImage[] images, string method) => images.SelectMany(image => image.Scores.Where(score => score.Method == method));

    private static double[] PsnrOf(MeasuredImage[] images, string method) =>
        [.. images.Select(image => image.Scores.FirstOrDefault(score => score.Method == method)?.Quality.Psnr ?? double.NaN)];

    private static string[] Cells(Row row) =>
    [
        row.Task, row.Method, row.Images.ToString(CultureInfo.InvariantCulture), Number(row.Psnr, "F2"), Number(row.Ssim, "F4"), WithUnit(row.Rmse, row.Unit),
        WithUnit(row.Bias, row.Unit), row.PeakBias is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "-", WithUnit(row.Noise, row.Unit),
        Number(row.NoiseFrequency, "F3"), Number(row.EdgeSharpness, "F2"), Number(row.PValue, "G2"),
    ];

    private static string WithUnit(double? value, string unit) => value is null ? "-" : unit == "intensity" ? Number(value, "G3") : $"{Number(value, "G3")} {unit}";

    private static string Number(double? value, string format) => value is null ? "-" : value.Value.ToString(format, CultureInfo.InvariantCulture);
}
