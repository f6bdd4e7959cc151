using Tat.Torch.Data;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Training;

/// <summary>Pairs of good images and phantoms, with counterparts that are made while training.</summary>
internal static class GoodScanPairs
{
    /// <summary>Phantoms of a task for validation.</summary>
    private const int ValidationPhantoms = 16;

    /// <summary>Scans of fewer slices than this are validated on more than once, at another strength where it varies.</summary>
    private const int ValidationImages = 32;

    /// <summary>Phantoms of a round where there are no scans of a task, or none are to be seen.</summary>
    private const int PhantomsAlone = 1000;

    /// <summary>Pairs for training.</summary>
    public static IReadOnlyList<IPairSource> ForTraining(IReadOnlyList<IGoodImages> scans, GoodScanOptions options) =>
        Create(scans, options, options.Seed, options.Lesions, (task, share) =>
        {
            var others = scans.Where(images => images.Task == task).Sum(images => images.Count);
            return others > 0 && share < 1 ? (int)Math.Max(1, Math.Round(others * share / (1 - share))) : PhantomsAlone;
        });

    /// <summary>Pairs for validation, of other phantoms; at least 32 of scans.</summary>
    public static IReadOnlyList<IPairSource> ForValidation(IReadOnlyList<IGoodImages> scans, GoodScanOptions options) =>
        Create([.. scans.Select(Repeat)], options, ~options.Seed, new Dictionary<string, double>(), (_, _) => ValidationPhantoms);

    private static IGoodImages Repeat(IGoodImages images) => images.Count >= ValidationImages
        ? images
        : new RepeatedImages(images, (ValidationImages + images.Count - 1) / images.Count);

    private static IReadOnlyList<IPairSource> Create(
        IReadOnlyList<IGoodImages> scans, GoodScanOptions options, ulong seed, IReadOnlyDictionary<string, double> lesions,
        Func<RestorationTask, double, int> countPhantoms) =>
    [
        .. scans.Concat(options.Phantoms.Where(item => item.Value > 0).Select(item => (Task: options.Tasks[item.Key], Share: item.Value))
            .Select(item => new PhantomImages(item.Task, countPhantoms(item.Task, item.Share), seed)))
            .Select(images => WithLesions(images, lesions, seed))
            .Select(images => new DegradedImages(images, options.DegradationOf(images.Task))),
    ];

    private static IGoodImages WithLesions(IGoodImages images, IReadOnlyDictionary<string, double> lesions, ulong seed) =>
        lesions.FirstOrDefault(item => item.Key.Equals(images.Task.Name, StringComparison.OrdinalIgnoreCase)).Value is > 0 and var share
            ? new LesionImages(images, share, seed)
            : images;
}
