using System.Globalization;
using System.Text.Json.Serialization;
using Tat.Samples.Reports;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>What scans show in regions, before and after they were restored, beside their references.</summary>
/// <param name="nameOf">What the region of a label is called.</param>
internal sealed class RegionTable(Func<int, string> nameOf)
{
    private readonly OrderedDictionary<(RestorationTask Task, string Scan, string Method), RegionTally> _tallies = [];
    private readonly Dictionary<(RestorationTask Task, string Scan), double?> _spacings = [];

    /// <summary>A region of a scan by a method.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Scan">What the scan is called.</param>
    /// <param name="Region">What the region is called.</param>
    /// <param name="Method">What was done to the image.</param>
    /// <param name="Unit">The unit of the values.</param>
    /// <param name="Pixels">Pixels of the region.</param>
    /// <param name="Diameter">Of a circle as large as its largest section, in mm.</param>
    /// <param name="ReferenceMean">The mean of the reference.</param>
    /// <param name="Mean">The mean.</param>
    /// <param name="Bias">Mean − reference.</param>
    /// <param name="RelativeBias">The same as a share of the reference; none on a scale that does not begin at zero.</param>
    /// <param name="ReferenceMaximum">The maximum of the reference.</param>
    /// <param name="Maximum">The maximum.</param>
    /// <param name="RelativeMaximumBias">Its difference as a share of the reference's.</param>
    /// <param name="Missed">Of the model and of the last method: what is further off than allowed; empty where nothing is.</param>
    public sealed record Row(
        [property: JsonIgnore] RestorationTask Task, string Scan, string Region, string Method, string Unit, long Pixels, double? Diameter,
        double ReferenceMean, double Mean, double Bias, double? RelativeBias, double ReferenceMaximum, double Maximum,
        double? RelativeMaximumBias, string? Missed);

    /// <summary>All regions by all methods.</summary>
    public IReadOnlyList<Row> Rows => [.. _tallies.GroupBy(tally => (tally.Key.Task, tally.Key.Scan)).SelectMany(scan =>
        scan.SelectMany(method => method.Value.Regions.Select(score => (method.Key.Method, Score: score)))
            .GroupBy(one => one.Score.Label).OrderBy(region => region.Key)
            .SelectMany(region => region.Select(one => RowOf(scan.Key.Task, scan.Key.Scan, one.Method, one.Score,
                isJudged: one.Method == MeasuredImage.Model || one.Method == scan.Last().Key.Method))))];

    /// <summary>A line for each region that is further off than its bound allows.</summary>
    public IEnumerable<string> Missed => Rows.Where(row => row.Missed is { Length: > 0 })
        .Select(row => $"{row.Scan}, {row.Region}, {row.Method.ToLowerInvariant()}: {row.Missed}.");

    /// <summary>The file of the regions beside that of the slices.</summary>
    public static string FileBeside(string csv) => Path.ChangeExtension(csv, ".regions.csv");

    /// <summary>Adds a slice.</summary>
    /// <param name="task">Its task.</param>
    /// <param name="scan">What its scan is called.</param>
    /// <param name="images">What each method shows; the model and the last one are held to the bounds.</param>
    /// <param name="reference">What they should show.</param>
    /// <param name="labels">The region of each pixel.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm, where it is known.</param>
    public void Add(RestorationTask task, string scan, IEnumerable<(string Method, ImageSlice Image)> images, ImageSlice reference,
        ImageSlice labels, double? pixelSpacing)
    {
        _spacings[(task, scan)] = pixelSpacing;
        foreach (var (method, image) in images)
        {
            var key = (task, scan, method);
            if (!_tallies.TryGetValue(key, out var tally))
            {
                _tallies.Add(key, tally = new());
            }

            tally.Add(image, reference, labels);
        }
    }

    /// <summary>The tables, one for each scan.</summary>
    /// <param name="filterOf">Which of the filters to show for a task; <see langword="null"/> for all there are.</param>
    public IEnumerable<ReportTable> Tables(Func<RestorationTask, string?>? filterOf = null) =>
        Rows.GroupBy(row => (row.Task, row.Scan)).Select(scan => new ReportTable(
            $"{scan.Key.Scan}: regions, in {scan.Key.Task.Unit}",
            ["Region", "Method", "Pixels", "Ø (mm)", "Reference", "Mean", "Bias", "", "Maximum", "", "Bound"], 2,
            [.. scan.Where(row => filterOf is null
                || row.Method is MeasuredImage.Input or MeasuredImage.Model or MeasuredImage.ModelWithLocalMeans
                || row.Method == filterOf(row.Task)).Select(CellsOf)]));

    /// <summary>A table of all: a line for each region and method.</summary>
    public IEnumerable<string> ToCsv()
    {
        yield return "FileName,Region,Method,Unit,Pixels,Diameter,ReferenceMean,Mean,Bias,RelativeBias,ReferenceMaximum,Maximum,"
            + "RelativeMaximumBias,Missed";
        foreach (var row in Rows)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{CsvCell.Quoted(row.Scan)},{CsvCell.Quoted(row.Region)},{CsvCell.Quoted(row.Method)},{CsvCell.Quoted(row.Unit)},"
                + $"{row.Pixels},{row.Diameter},{row.ReferenceMean},{row.Mean},{row.Bias},{row.RelativeBias},{row.ReferenceMaximum},"
                + $"{row.Maximum},{row.RelativeMaximumBias},{CsvCell.Quoted(row.Missed ?? "")}");
        }
    }

    private static IReadOnlyList<string> CellsOf(Row row) =>
    [
        row.Region, row.Method, Number(row.Pixels, "F0"), Number(row.Diameter, "F1"), Number(row.ReferenceMean, "G5"),
        Number(row.Mean, "G5"), Number(row.Bias, "+0.###;−0.###;0"), Share(row.RelativeBias), Number(row.Maximum, "G5"),
        Share(row.RelativeMaximumBias), row.Missed switch { null => "-", "" => "kept", _ => "missed" },
    ];

    private Row RowOf(RestorationTask task, string scan, string method, RegionScore score, bool isJudged)
    {
        var (name, spacing) = (nameOf(score.Label), _spacings[(task, scan)]);

        // On a scale that does not begin at zero, such as HU, shares say nothing.
        double? ShareOf(double share) => task.NormalizationRange.Minimum < 0 || !double.IsFinite(share) ? null : share;
        return new(task, scan, name, method, task.Unit, score.Pixels, spacing is { } side ? score.DiameterOf(side) : null,
            score.ReferenceMean, score.Mean, score.Bias, ShareOf(score.RelativeBias), score.ReferenceMaximum, score.Maximum,
            ShareOf(score.RelativeMaximumBias), isJudged ? RegionBounds.Check(task, name, score, spacing) : null);
    }

    private static string Share(double? share) => share is { } value ? Number(100 * value, "+0.0;−0.0;0.0") + " %" : "-";

    private static string Number(double? value, string format) =>
        value is null ? "-" : value.Value.ToString(format, CultureInfo.InvariantCulture);
}
