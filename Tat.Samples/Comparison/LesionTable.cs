using System.Globalization;
using Tat.Samples.Reports;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>How lesions of known place are seen by each method.</summary>
/// <remarks>
/// The observer's score of a place is by how much it differs from what surrounds it, in the direction of the lesion;
/// <see cref="LesionDetection"/> tells what is made of the scores.
/// </remarks>
internal sealed class LesionTable
{
    private const double Significance = 0.05;

    /// <summary>What is compared with the input and held to the bounds.</summary>
    private static readonly string[] _judged = [MeasuredImage.Model, MeasuredImage.ModelWithLocalMeans];

    private static readonly string[] _columns =
    [
        "Method", "AUC", "p (AUC)", "Found", "Lost", "Won", "p (found)", "Found as in input", "False alarms", "Made", "Contrast kept",
        "Maximum",
    ];

    private readonly List<LesionLook> _looks = [];
    private IReadOnlyList<LesionDetection>? _detections;

    /// <summary>Adds a lesion as a method shows it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="phantom">The number of the phantom.</param>
    /// <param name="lesion">The lesion.</param>
    /// <param name="method">What was done to both images.</param>
    /// <param name="images">The phantom without and with the lesion.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm.</param>
    public void Add(RestorationTask task, int phantom, PhantomLesion lesion, string method,
        (ImageSlice Absent, ImageSlice Present) images, double pixelSpacing)
    {
        double ScoreOf(ImageSlice image) => Math.Sign(lesion.Added) * lesion.ContrastIn(image, pixelSpacing);
        Add(new(task, phantom, new(lesion.Diameter, lesion.Contrast), method, ScoreOf(images.Absent), ScoreOf(images.Present),
            lesion.MaximumIn(images.Present, pixelSpacing)));
    }

    /// <summary>Adds a lesion as a method shows it.</summary>
    public void Add(LesionLook look)
    {
        _looks.Add(look);
        _detections = null;
    }

    /// <summary>The filter that shows the lesions of a task best: by the mean area over their kinds.</summary>
    /// <returns><see langword="null"/> where there is no filter, or no lesion.</returns>
    public string? BestFilter(RestorationTask task) => Detections.FirstOrDefault(detection => detection.Task == task)?.BestFilter;

    /// <summary>The tables, two for each task, of all lesions and by their kind: input, best filter, model and reference.</summary>
    public IEnumerable<ReportTable> Tables() => Detections.SelectMany(detection => new ReportTable[]
    {
        new($"{detection.Task}: all lesions, found by their contrast", _columns, 1,
            [.. Shown(detection).Select(method => RowOf(detection, method, null))]),
        new($"{detection.Task}: lesions by kind, in {detection.Task.Unit}", ["Lesion", .. _columns], 2,
        [
            .. detection.Kinds.SelectMany(kind => Shown(detection).Select(method =>
                (IReadOnlyList<string>)[NameOf(detection.Task, kind), .. RowOf(detection, method, kind)])),
        ]),
    });

    /// <summary>What a reader must not overlook.</summary>
    public IEnumerable<string> Remarks() => Detections.SelectMany(detection =>
        _judged.Intersect(detection.Methods).SelectMany(method => (IEnumerable<string>)
        [
            Compared(detection, method, MeasuredImage.Input),
            .. detection.BestFilter is { } filter ? [Compared(detection, method, filter)] : Array.Empty<string>(),
            .. Harder(detection, method),
            .. Maxima(detection, method),
        ]));

    /// <summary>A table of all: a line for each lesion and method.</summary>
    public IEnumerable<string> ToCsv()
    {
        yield return "Task,Phantom,Diameter,Contrast,Method,ScoreWithout,ScoreWith,Maximum";
        foreach (var look in _looks)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{CsvCell.Quoted(look.Task.ToString())},{look.Phantom},"
                + $"{look.Kind.Diameter},{look.Kind.Contrast},{CsvCell.Quoted(look.Method)},{look.Absent},{look.Present},{look.Maximum}");
        }
    }

    private IReadOnlyList<LesionDetection> Detections =>
        _detections ??= [.. _looks.GroupBy(look => look.Task).Select(task => new LesionDetection([.. task]))];

    private static IEnumerable<string> Shown(LesionDetection detection) =>
        new[]
        {
            MeasuredImage.Input, detection.BestFilter, MeasuredImage.Model, MeasuredImage.ModelWithLocalMeans, MeasuredImage.Reference,
        }.OfType<string>().Intersect(detection.Methods);

    /// <summary>Over all kinds: areas, and lesions found.</summary>
    private static string Compared(LesionDetection detection, string method, string other)
    {
        var area = detection.CompareAreas(method, other);
        var (won, lost, found) = detection.CompareFound(method, other);
        var verdict = area.PValue < Significance ? area.Difference < 0 ? "harder to find than" : "easier to find than"
            : "not shown to be easier or harder to find than";
        return string.Create(CultureInfo.InvariantCulture,
            $"{detection.Task}, {method.ToLowerInvariant()}: lesions are {verdict} in {NameOf(other)}: mean AUC {area.FirstArea:F3} "
            + $"against {area.SecondArea:F3}, a difference of {Signed(area.Difference)} (95 % interval {Signed(area.Interval.Low)} to "
            + $"{Signed(area.Interval.High)}, p = {P(area.PValue)}); {won} are won and {lost} lost at "
            + $"{100 * LesionDetection.FalseAlarmRate} % false alarms (p = {P(found.PValue)}).");
    }

    /// <summary>Kinds that are harder to find than in the input, corrected for their number.</summary>
    private static IEnumerable<string> Harder(LesionDetection detection, string method)
    {
        RocComparison[] areas = [.. detection.Kinds.Select(kind => detection.CompareAreas(method, MeasuredImage.Input, kind))];
        var found = detection.Kinds.Select(kind => detection.CompareFound(method, MeasuredImage.Input, kind)).ToArray();
        var (areaValues, foundValues) = (HolmCorrection.Adjust([.. areas.Select(area => area.PValue)]),
            HolmCorrection.Adjust([.. found.Select(change => change.Difference.PValue)]));
        foreach (var (i, kind) in detection.Kinds.Index())
        {
            var name = $"{detection.Task}, {NameOf(detection.Task, kind)}, {method.ToLowerInvariant()}";
            if (areas[i].Difference < 0 && areaValues[i] < Significance)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}: harder to find (AUC {areas[i].FirstArea:F2}) than in "
                    + $"the input ({areas[i].SecondArea:F2}; p = {P(areaValues[i])}, corrected for {detection.Kinds.Count} kinds).");
            }

            if (found[i].Difference.Value < 0 && foundValues[i] < Significance)
            {
                yield return $"{name}: more lost against the input ({found[i].Lost}) than won ({found[i].Won}; "
                    + $"p = {P(foundValues[i])}, corrected for {detection.Kinds.Count} kinds).";
            }
        }
    }

    /// <summary>How far maxima are off, over all kinds and where a kind is beyond the bound.</summary>
    private static IEnumerable<string> Maxima(LesionDetection detection, string method)
    {
        if (detection.Of(method).MaximumBias is not { } all)
        {
            yield break;
        }

        var input = detection.Of(MeasuredImage.Input).MaximumBias;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{detection.Task}, {method.ToLowerInvariant()}: the maximum of lesions of {RegionBounds.SmallestLesion} mm and more is off on "
            + $"the mean by {Number(100 * all, "+0.0;−0.0;0.0")} % (input: {Number(100 * input!.Value, "+0.0;−0.0;0.0")} %); the bound is "
            + $"{100 * RegionBounds.LesionMaximum} %.");
        foreach (var kind in detection.Kinds)
        {
            if (detection.Of(method, kind).MaximumBias is { } bias && Math.Abs(bias) > RegionBounds.LesionMaximum)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{detection.Task}, {NameOf(detection.Task, kind)}, {method.ToLowerInvariant()}: the maximum is off by "
                    + $"{100 * bias:+0;−0} % on the mean, more than {100 * RegionBounds.LesionMaximum} %.");
            }
        }
    }

    private static IReadOnlyList<string> RowOf(LesionDetection detection, string method, LesionKind? kind)
    {
        var findings = detection.Of(method, kind);
        var isCompared = method is not (MeasuredImage.Input or MeasuredImage.Reference);
        string IfCompared(Func<string> text) => isCompared ? text() : "-";
        (int Won, int Lost, BootstrapEstimate Difference) Change() => detection.CompareFound(method, MeasuredImage.Input, kind);
        return
        [
            method,
            $"{Number(findings.Area, "F3")} ± {Number(findings.StandardError, "F3")}",
            IfCompared(() => P(detection.CompareAreas(method, MeasuredImage.Input, kind).PValue)),
            $"{findings.Found} of {findings.Lesions}",
            IfCompared(() => Number(Change().Lost, "F0")),
            IfCompared(() => Number(Change().Won, "F0")),
            IfCompared(() => P(Change().Difference.PValue)),
            Number(findings.FoundAsInInput, "F0"),
            Number(findings.FalseAlarms, "F0"),
            IfCompared(() => Number(findings.Made, "F0")),
            Number(100 * findings.ContrastKept, "F0") + " %",
            findings.MaximumBias is { } bias ? Number(100 * bias, "+0.0;−0.0;0.0") + " %" : "-",
        ];
    }

    private static string NameOf(RestorationTask task, LesionKind kind) => task.Name == RestorationTask.Pet.Name
        ? FormattableString.Invariant($"{kind.Diameter} mm, {kind.Contrast}-fold")
        : FormattableString.Invariant($"{kind.Diameter} mm, {kind.Contrast:+0;−0} {task.Unit}");

    private static string NameOf(string method) => method == MeasuredImage.Input ? "the input" : $"the best filter ({method})";

    private static string Signed(double value) => Number(value, "+0.000;−0.000;0.000");

    private static string P(double value) => double.IsNaN(value) ? "-" : Number(value, "G2");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
