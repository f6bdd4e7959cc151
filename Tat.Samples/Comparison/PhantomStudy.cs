using System.Globalization;
using Tat.Samples.Reports;
using Tat.Torch.Baselines;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Phantoms;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>
/// Torsos of known truth, with lesions and without: whether means in tissues are right, lesions are found, and intervals hold the truth.
/// </summary>
/// <param name="restorer">The model.</param>
/// <param name="seed">What phantoms, places and noise follow from.</param>
internal sealed class PhantomStudy(IImageRestorer restorer, ulong seed)
{
    /// <summary>So far from other tissues, in mm, a pixel counts for a tissue: what is nearer is blurred by the scanner.</summary>
    private const double Margin = 6;

    /// <summary>Intervals need eight restorations: they are looked at in one phantom of so many.</summary>
    private const int PhantomsOfInterval = 4;

    private readonly RegionTable _regions = new(label => Phantom.RegionNames[label]);
    private readonly LesionTable _lesions = new();
    private readonly List<ReportCase> _cases = [];
    private readonly OrderedDictionary<RestorationTask, (long Held, long Pixels, long HeldInBody, long Body)> _intervals = [];

    /// <summary>The tasks that have phantoms with lesions.</summary>
    public static IReadOnlyList<string> Tasks => ["CT", "PET"];

    /// <summary>One phantom of each task.</summary>
    public IReadOnlyList<ReportCase> Cases => _cases;

    /// <summary>Tissues, lesions and intervals.</summary>
    public IReadOnlyList<ReportTable> Tables =>
        [.. _regions.Tables(_lesions.BestFilter), .. _lesions.Tables(), Intervals()];

    /// <summary>What a reader must not overlook.</summary>
    public IReadOnlyList<string> Remarks => [.. _regions.Missed, .. _lesions.Remarks()];

    /// <summary>A line for each lesion and method, and one for each tissue and method.</summary>
    public (IEnumerable<string> Lesions, IEnumerable<string> Regions) ToCsv() => (_lesions.ToCsv(), _regions.ToCsv());

    /// <summary>Adds a phantom.</summary>
    /// <param name="task">CT or PET.</param>
    /// <param name="number">Which one.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public void Add(RestorationTask task, int number, CancellationToken cancellationToken)
    {
        var kind = Kind.Of(task);
        var phantom = Phantom.Create(
            task, Anatomy.Torso, kind.Side, new RandomStream(seed, Streams.Phantom, number).NextBits());
        var lesions = PhantomLesion.Place(phantom, kind.Lesions, new RandomStream(seed, Streams.Lesion, number).NextBits());
        ImagePair Scan(ImageSlice image, string what) =>
            kind.Scan(phantom, image, NoiseSeed.Of(seed, $"{task}, {what}", number), $"{task}, {kind.Strength}");
        var (absent, present) = (Scan(phantom.Image, "without lesions"), Scan(PhantomLesion.Add(phantom, lesions), "with lesions"));
        cancellationToken.ThrowIfCancellationRequested();
        var restored = restorer.Restore([absent.LowQuality, present.LowQuality], [task, task], null, cancellationToken);
        (string Method, ImageSlice Absent, ImageSlice Present)[] methods =
        [
            (MeasuredImage.Input, absent.LowQuality, present.LowQuality),
            .. StandardFilters.For(task).AsParallel().AsOrdered().WithCancellation(cancellationToken)
                .Select(filter => (filter.Name, filter.Apply(absent.LowQuality), filter.Apply(present.LowQuality))),
            (MeasuredImage.Model, restored[0], restored[1]),
            .. ResultChanges.AreMeansKept(restorer.Card, task)
                ? Array.Empty<(string, ImageSlice, ImageSlice)>()
                :
                [
                    (MeasuredImage.ModelWithLocalMeans, ResultChanges.KeepMeans(absent.LowQuality, restored[0]),
                        ResultChanges.KeepMeans(present.LowQuality, restored[1])),
                ],
        ];
        var labels = phantom.CreateRegions(Margin);
        labels = new([.. labels.Pixels.Select(label =>
            label > 0 && kind.Tissues.Contains(Phantom.RegionNames[(int)label]) ? label : 0)], labels.Height, labels.Width);
        _regions.Add(task, absent.Name, methods.Select(method => (method.Method, method.Absent)), absent.HighQuality, labels,
            phantom.PixelSpacing);
        foreach (var lesion in lesions)
        {
            foreach (var (method, without, with) in methods.Append((MeasuredImage.Reference, absent.HighQuality, present.HighQuality)))
            {
                _lesions.Add(task, number, lesion, method, (without, with), phantom.PixelSpacing);
            }
        }

        if (number == 0)
        {
            _cases.Add(new(task, $"with lesions, {kind.Strength}", present.LowQuality, restored[1], present.HighQuality));
        }

        if (number % PhantomsOfInterval == 0 && restorer.Card.Margins.ContainsKey(task.Name))
        {
            Look(task, absent, cancellationToken);
        }
    }

    /// <summary>Counts the values whose interval holds the truth.</summary>
    private void Look(RestorationTask task, ImagePair pair, CancellationToken cancellationToken)
    {
        // Not disposed: the model is the caller's. Margins are those of its own result, however it is applied here.
        var margins = restorer.Model().WithMargins();
        var restored = margins.Restore([pair.LowQuality], [task], null, cancellationToken)[0];
        var widths = margins.MarginOf(restored);
        var range = task.RangeOf(pair.LowQuality);
        var counts = _intervals.GetValueOrDefault(task);
        for (var i = 0; i < widths.Pixels.Length; i++)
        {
            var held = Math.Abs(restored.Pixels[i] - pair.HighQuality.Pixels[i]) <= widths.Pixels[i] ? 1 : 0;
            counts.Held += held;
            counts.Pixels++;
            if (pair.HighQuality.Pixels[i] > range.Minimum + (0.01 * range.Width))
            {
                counts.HeldInBody += held;
                counts.Body++;
            }
        }

        _intervals[task] = counts;
    }

    private ReportTable Intervals() => new(
        "Intervals of 90 %: how often they hold", ["Task", "Scans", "Values of good scans", "Truth of phantoms", "Of the body"], 1,
        [.. restorer.Card.Margins.Select(task => (IReadOnlyList<string>)
        [
            task.Key, task.Value.Scans.ToString(CultureInfo.InvariantCulture), Share(task.Value.Coverage),
            .. _intervals.FirstOrDefault(interval => interval.Key.Name == task.Key).Value is { Pixels: > 0 } counts
                ? new[] { Share(counts.Held / (double)counts.Pixels), Share(counts.HeldInBody / (double)counts.Body) }
                : ["-", "-"],
        ])]);

    private static string Share(double? share) =>
        share is { } value ? (100 * value).ToString("F1", CultureInfo.InvariantCulture) + " %" : "-";

    /// <summary>The phantoms of a task: pixels of the size of clinical scans, and the published strength.</summary>
    private sealed record Kind(
        int Side, string Strength, string[] Tissues, IReadOnlyList<(double Diameter, double Contrast)> Lesions,
        Func<Phantom, ImageSlice, ulong, string, ImagePair> Scan)
    {
        public static Kind Of(RestorationTask task) => task.Name switch
        {
            "CT" => new(416, "25 % of the dose", ["air", "fat", "muscle", "liver"], Lesion([15, 10, 5], [-30, -20, -10]),
                (phantom, image, noise, name) => new CtLowDose().Degrade(image, phantom.PixelSpacing, noise, name)),
            "PET" => new(168, "1/12 of the counts", ["lung", "muscle", "liver", "spleen"], Lesion([15, 10, 6], [6, 4, 2]),
                (phantom, image, noise, name) => new PetLowCount
                {
                    Counts = PhantomPairs.Clinical.Counts,
                    BackgroundFraction = PhantomPairs.Clinical.BackgroundFraction,
                    PostFilterWidth = PhantomPairs.Clinical.PostFilterWidth,
                    NoiselessReference = true,
                }.Degrade(image, phantom.CreateAttenuation(), phantom.PixelSpacing, noise, name)),
            _ => throw new InvalidDataException(
                $"There are no phantoms with lesions for the task '{task}'; there are for {string.Join(" and ", Tasks)}."),
        };

        private static (double Diameter, double Contrast)[] Lesion(double[] diameters, double[] contrasts) =>
            [.. diameters.SelectMany(diameter => contrasts.Select(contrast => (diameter, contrast)))];
    }
}
