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
/// The observer's score of a place is by how much it differs from what surrounds it, in the direction of the lesion. A lesion is lost where
/// its score is below half of what the references show of its kind on the mean, and one is made where a place without a lesion reaches
/// that.
/// </remarks>
internal sealed class LesionTable
{
    /// <summary>What is held to the bounds.</summary>
    private static readonly string[] _judged = [MeasuredImage.Model, MeasuredImage.ModelWithLocalMeans];

    private readonly List<Look> _looks = [];

    /// <summary>How a method shows a lesion and its place without it.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Phantom">The number of the phantom.</param>
    /// <param name="Diameter">In mm.</param>
    /// <param name="Contrast">Of the lesion, as put into the phantom.</param>
    /// <param name="Method">What was done to the images.</param>
    /// <param name="Absent">The score without the lesion, in the task's unit.</param>
    /// <param name="Present">The score with it.</param>
    /// <param name="Maximum">The highest value in the lesion.</param>
    private sealed record Look(
        RestorationTask Task, int Phantom, double Diameter, double Contrast, string Method, double Absent, double Present, double Maximum);

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
        _looks.Add(new(task, phantom, lesion.Diameter, lesion.Contrast, method, ScoreOf(images.Absent), ScoreOf(images.Present),
            lesion.MaximumIn(images.Present, pixelSpacing)));
    }

    /// <summary>The filter that shows the lesions of a task best: by the mean area over their kinds.</summary>
    /// <returns><see langword="null"/> where there is no filter, or no lesion.</returns>
    public string? BestFilter(RestorationTask task) => MethodsOf(task)
        .Where(method => method is not
            (MeasuredImage.Input or MeasuredImage.Model or MeasuredImage.ModelWithLocalMeans or MeasuredImage.Reference))
        .MaxBy(method => Area(task, method));

    /// <summary>The tables, one for each task: input, best filter, model and reference.</summary>
    public IEnumerable<ReportTable> Tables() => Tasks.Select(task => new ReportTable(
        $"{task}: lesions in {task.Unit}, found by their contrast", ["Lesion", "Method", "Lesions", "AUC", "± s.e.", "d′", "Contrast kept",
            "Lost", "Made", "Maximum"], 2, [.. Kinds(task).SelectMany(kind => Shown(task).Select(method => RowOf(kind, method)))]));

    /// <summary>What a reader must not overlook.</summary>
    public IEnumerable<string> Remarks()
    {
        foreach (var task in Tasks)
        {
            yield return $"{task}: mean AUC over the kinds of lesions " + string.Join(", ", Shown(task).Select(method =>
                FormattableString.Invariant($"{Area(task, method):F3} ({method.ToLowerInvariant()})"))) + ".";
            if (MaximumBiases(task).ToArray() is { Length: > 0 } biases)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{task}: the maximum of lesions of {RegionBounds.SmallestLesion} mm and more is off on the mean by "
                    + $"{string.Join(", ", biases)}; the bound is {100 * RegionBounds.LesionMaximum} %.");
            }

            foreach (var (kind, method) in Kinds(task)
                .SelectMany(kind => _judged.Intersect(MethodsOf(task)).Select(method => (kind, method))))
            {
                var (name, input, model) = ($"{task}, {NameOf(kind)}, {method.ToLowerInvariant()}", Detection(kind, MeasuredImage.Input),
                    Detection(kind, method));
                if (model.Area < input.Area - (2 * Math.Sqrt(Math.Pow(model.StandardError, 2) + Math.Pow(input.StandardError, 2))))
                {
                    yield return string.Create(CultureInfo.InvariantCulture,
                        $"{name}: harder to find (AUC {model.Area:F2}) than in the input ({input.Area:F2}).");
                }

                if (MaximumBias(kind, method) is { } bias && Math.Abs(bias) > RegionBounds.LesionMaximum)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{name}: the maximum is off by "
                        + $"{100 * bias:+0;−0} % on the mean, more than {100 * RegionBounds.LesionMaximum} %.");
                }
            }
        }
    }

    /// <summary>A table of all: a line for each lesion and method.</summary>
    public IEnumerable<string> ToCsv()
    {
        yield return "Task,Phantom,Diameter,Contrast,Method,ScoreWithout,ScoreWith,Maximum";
        foreach (var look in _looks)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{CsvCell.Quoted(look.Task.ToString())},{look.Phantom},"
                + $"{look.Diameter},{look.Contrast},{CsvCell.Quoted(look.Method)},{look.Absent},{look.Present},{look.Maximum}");
        }
    }

    private IEnumerable<RestorationTask> Tasks => _looks.Select(look => look.Task).Distinct();

    private IEnumerable<string> MethodsOf(RestorationTask task) =>
        _looks.Where(look => look.Task == task).Select(look => look.Method).Distinct();

    private IEnumerable<string> Shown(RestorationTask task) =>
        new[]
        {
            MeasuredImage.Input, BestFilter(task), MeasuredImage.Model, MeasuredImage.ModelWithLocalMeans, MeasuredImage.Reference,
        }.OfType<string>().Intersect(MethodsOf(task));

    private IEnumerable<IGrouping<(double Diameter, double Contrast), Look>> Kinds(RestorationTask task) =>
        _looks.Where(look => look.Task == task).GroupBy(look => (look.Diameter, look.Contrast))
            .OrderByDescending(kind => kind.Key.Diameter).ThenByDescending(kind => Math.Abs(kind.Key.Contrast));

    private double Area(RestorationTask task, string method) => Kinds(task).Average(kind => Detection(kind, method).Area);

    private static DetectionScore Detection(IEnumerable<Look> kind, string method)
    {
        Look[] looks = [.. kind.Where(look => look.Method == method)];
        return DetectionScore.Of([.. looks.Select(look => look.Absent)], [.. looks.Select(look => look.Present)]);
    }

    /// <summary>How far maxima are off on the mean, where they are bounded: PET, 10 mm and more.</summary>
    private static double? MaximumBias(IGrouping<(double Diameter, double Contrast), Look> kind, string method) =>
        kind.First().Task.Name != RestorationTask.Pet.Name || kind.Key.Diameter < RegionBounds.SmallestLesion ? null
            : kind.Where(look => look.Method == method).Average(look => look.Maximum / kind.First(other =>
                other.Phantom == look.Phantom && other.Method == MeasuredImage.Reference).Maximum) - 1;

    /// <summary>The same over all kinds, by method.</summary>
    private IEnumerable<string> MaximumBiases(RestorationTask task) =>
        from method in Shown(task)
        where method != MeasuredImage.Reference
        let kinds = Kinds(task).Select(kind => (Bias: MaximumBias(kind, method), Lesions: kind.Count(look => look.Method == method)))
            .Where(kind => kind.Bias is not null).ToArray()
        where kinds.Length > 0
        let bias = kinds.Sum(kind => kind.Lesions * kind.Bias!.Value) / kinds.Sum(kind => kind.Lesions)
        select string.Create(CultureInfo.InvariantCulture, $"{100 * bias:+0.0;−0.0;0.0} % ({method.ToLowerInvariant()})");

    private static string NameOf(IGrouping<(double Diameter, double Contrast), Look> kind) =>
        kind.First().Task.Name == RestorationTask.Pet.Name
            ? FormattableString.Invariant($"{kind.Key.Diameter} mm, {kind.Key.Contrast}-fold")
            : FormattableString.Invariant($"{kind.Key.Diameter} mm, {kind.Key.Contrast:+0;−0} {kind.First().Task.Unit}");

    private static IReadOnlyList<string> RowOf(IGrouping<(double Diameter, double Contrast), Look> kind, string method)
    {
        Look[] looks = [.. kind.Where(look => look.Method == method)];
        var (detection, full) = (Detection(kind, method), kind.Where(look => look.Method == MeasuredImage.Reference)
            .Average(look => look.Present - look.Absent));
        return
        [
            NameOf(kind), method, Number(looks.Length, "F0"), Number(detection.Area, "F3"), Number(detection.StandardError, "F3"),
            Number(detection.Detectability, "F2"), Number(100 * looks.Average(look => look.Present - look.Absent) / full, "F0") + " %",
            Number(looks.Count(look => look.Present < full / 2), "F0"), Number(looks.Count(look => look.Absent >= full / 2), "F0"),
            MaximumBias(kind, method) is { } bias ? Number(100 * bias, "+0.0;−0.0;0.0") + " %" : "-",
        ];
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
