using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>How well the lesions of one task are found by each method, beside others.</summary>
/// <remarks>
/// An observer calls a place a lesion whose score is above a threshold. Each method has a threshold for each size of lesions: that which
/// no more than <see cref="FalseAlarmRate"/> of all places of that size without a lesion exceed. So all methods are judged at the same
/// number of false alarms, and one that scales contrast and noise alike neither loses nor gains.
/// </remarks>
internal sealed class LesionDetection
{
    /// <summary>The share of places without a lesion that the observer takes for one, at most.</summary>
    public const double FalseAlarmRate = 0.1;

    /// <summary>Which phantoms are drawn to tell how sure a difference is.</summary>
    private const ulong Seed = 42;

    private readonly Dictionary<(LesionKind Kind, string Method), LesionLook[]> _looks;
    private readonly Dictionary<(double Diameter, string Method), double> _thresholds;
    private readonly Dictionary<(string First, string Second, LesionKind? Kind), (int, int, BootstrapEstimate)> _changes = [];

    /// <param name="looks">Of one task: each lesion by each method.</param>
    public LesionDetection(IReadOnlyList<LesionLook> looks)
    {
        Task = looks[0].Task;
        Methods = [.. looks.Select(look => look.Method).Distinct()];
        Kinds = [.. looks.Select(look => look.Kind).Distinct()
            .OrderByDescending(kind => kind.Diameter).ThenByDescending(kind => Math.Abs(kind.Contrast))];
        _looks = looks.GroupBy(look => (look.Kind, look.Method))
            .ToDictionary(group => group.Key, group => group.OrderBy(look => look.Phantom).ToArray());
        _thresholds = looks.GroupBy(look => (look.Kind.Diameter, look.Method)).ToDictionary(group => group.Key,
            group => DetectionScore.ThresholdOf([.. group.Select(look => look.Absent)], FalseAlarmRate));
        BestFilter = Methods
            .Where(method => method is not
                (MeasuredImage.Input or MeasuredImage.Model or MeasuredImage.ModelWithLocalMeans or MeasuredImage.Reference))
            .MaxBy(method => Of(method).Area);
    }

    /// <summary>The task.</summary>
    public RestorationTask Task { get; }

    /// <summary>What was done to the images.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>The kinds of lesions, the largest and strongest first.</summary>
    public IReadOnlyList<LesionKind> Kinds { get; }

    /// <summary>The filter with the highest mean area over the kinds; <see langword="null"/> where there is none.</summary>
    public string? BestFilter { get; }

    /// <summary>What a method makes of lesions.</summary>
    /// <param name="Lesions">How many there are.</param>
    /// <param name="Area">The area under the ROC curve; the mean over their kinds.</param>
    /// <param name="StandardError">Of the area.</param>
    /// <param name="Found">How many are above the method's threshold.</param>
    /// <param name="FoundAsInInput">How many are above the threshold of the input: what a reader finds who expects its contrast.</param>
    /// <param name="FalseAlarms">How many places without a lesion are above the threshold of the input.</param>
    /// <param name="Made">How many of these are not so in the input.</param>
    /// <param name="ContrastKept">The share of the reference's contrast.</param>
    /// <param name="MaximumBias">By which share the maxima are too high; <see langword="null"/> where they have no bound.</param>
    public sealed record Findings(
        int Lesions, double Area, double StandardError, int Found, int FoundAsInInput, int FalseAlarms, int Made, double ContrastKept,
        double? MaximumBias);

    /// <summary>What a method makes of lesions of a kind, or of all.</summary>
    public Findings Of(string method, LesionKind? kind = null)
    {
        var (looks, inputs, references) =
            (Looks(kind, method), Looks(kind, MeasuredImage.Input), Looks(kind, MeasuredImage.Reference));
        DetectionScore[] scores =
            [.. KindsOf(kind).Select(one => Scores(one, method)).Select(one => DetectionScore.Of(one.Absent, one.Present))];
        (LesionLook Look, LesionLook Reference)[] bounded = Task.Name != RestorationTask.Pet.Name ? []
            : [.. looks.Zip(references).Where(pair => pair.First.Kind.Diameter >= RegionBounds.SmallestLesion)];
        double ThresholdOfInput(LesionLook look) => _thresholds[(look.Kind.Diameter, MeasuredImage.Input)];
        bool IsAlarm(LesionLook look) => look.Absent > ThresholdOfInput(look);
        return new(
            looks.Length,
            scores.Average(score => score.Area),
            Math.Sqrt(scores.Sum(score => score.StandardError * score.StandardError)) / scores.Length,
            looks.Count(IsFound),
            looks.Count(look => look.Present > ThresholdOfInput(look)),
            looks.Count(IsAlarm),
            looks.Zip(inputs).Count(pair => IsAlarm(pair.First) && !IsAlarm(pair.Second)),
            looks.Sum(look => look.Present - look.Absent) / references.Sum(look => look.Present - look.Absent),
            bounded.Length == 0 ? null : bounded.Average(pair => pair.Look.Maximum / pair.Reference.Maximum) - 1);
    }

    /// <summary>The area of a method against that of another: of a kind, or the mean over all.</summary>
    public RocComparison CompareAreas(string first, string second, LesionKind? kind = null) =>
        RocComparison.MeanOf([.. KindsOf(kind).Select(one => RocComparison.Of(Scores(one, first), Scores(one, second)))]);

    /// <summary>
    /// How many lesions of a kind, or of all, a method finds that another does not find, and how many only the other finds. Whether it
    /// finds more is told by drawing phantoms, each time with thresholds of their own: a test of the lesions alone (McNemar's) would take
    /// the thresholds for known.
    /// </summary>
    public (int Won, int Lost, BootstrapEstimate Difference) CompareFound(string first, string second, LesionKind? kind = null)
    {
        if (!_changes.TryGetValue((first, second, kind), out var change))
        {
            (LesionLook First, LesionLook Second)[] pairs = [.. Looks(kind, first).Zip(Looks(kind, second))];
            _changes.Add((first, second, kind), change = (
                pairs.Count(pair => IsFound(pair.First) && !IsFound(pair.Second)),
                pairs.Count(pair => !IsFound(pair.First) && IsFound(pair.Second)),
                DifferenceFound(first, second, kind)));
        }

        return change;
    }

    private BootstrapEstimate DifferenceFound(string first, string second, LesionKind? kind)
    {
        int[] phantoms = [.. _looks.Values.SelectMany(looks => looks.Select(look => look.Phantom)).Distinct().Order()];
        var sizes = KindsOf(kind).Select(one => one.Diameter).Distinct().SelectMany(diameter => new[]
        {
            (Sign: 1, Absent: Of(first, other => other.Diameter == diameter, look => look.Absent),
                Present: Of(first, other => other.Diameter == diameter && (kind is null || other == kind), look => look.Present)),
            (Sign: -1, Absent: Of(second, other => other.Diameter == diameter, look => look.Absent),
                Present: Of(second, other => other.Diameter == diameter && (kind is null || other == kind), look => look.Present)),
        }).ToArray();
        double[][] Of(string method, Func<LesionKind, bool> isOne, Func<LesionLook, double> scoreOf)
        {
            var scores = Kinds.Where(isOne).SelectMany(one => _looks[(one, method)]).ToLookup(look => look.Phantom, scoreOf);
            return [.. phantoms.Select(phantom => scores[phantom].ToArray())];
        }

        return BootstrapEstimate.Of(phantoms.Length, drawn => sizes.Sum(size =>
        {
            double[] absent = [.. drawn.SelectMany(i => size.Absent[i])];
            if (absent.Length == 0)
            {
                return 0;
            }

            var threshold = DetectionScore.ThresholdOf(absent, FalseAlarmRate);
            return size.Sign * drawn.Sum(i => size.Present[i].Count(score => score > threshold));
        }), Seed);
    }

    private IEnumerable<LesionKind> KindsOf(LesionKind? kind) => kind is { } one ? [one] : Kinds;

    private LesionLook[] Looks(LesionKind? kind, string method) => [.. KindsOf(kind).SelectMany(one => _looks[(one, method)])];

    private (double[] Absent, double[] Present) Scores(LesionKind kind, string method) =>
        ([.. _looks[(kind, method)].Select(look => look.Absent)], [.. _looks[(kind, method)].Select(look => look.Present)]);

    private bool IsFound(LesionLook look) => look.Present > _thresholds[(look.Kind.Diameter, look.Method)];
}
