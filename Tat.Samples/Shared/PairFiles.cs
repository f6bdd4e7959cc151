using Tat.MLNet.Evaluation;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>A low-quality image or volume and its reference, of equal names.</summary>
internal sealed record PairFiles(RestorationTask Task, ScanSource Low, ScanSource High)
{
    /// <summary>The pairs of a data set in the published layout, ROOT/TASK/SPLIT/{LQ,HQ}/NAME.</summary>
    public static IReadOnlyList<PairFiles> InDataSet(string root, string split, TaskVocabulary tasks, ImageReadOptions options)
    {
        var all = new DataSetFolders(root);
        var folders = tasks.Select(task => (Task: task, Folder: all.Find(task.Name, split)!)).Where(item => item.Folder is not null)
            .ToList();
        return folders.Count > 0
            ? [.. folders.SelectMany(item =>
                Between(item.Task, DataSetFolders.Inside(item.Folder, "LQ"), DataSetFolders.Inside(item.Folder, "HQ"), options))]
            : throw new DirectoryNotFoundException(
                $"'{root}' holds no data set: there is no folder TASK/{split}, where TASK is {string.Join(", ", tasks)}.");
    }

    /// <summary>Two images, or the images of equal names in two folders.</summary>
    public static IReadOnlyList<PairFiles> Between(RestorationTask task, string lowQuality, string highQuality, ImageReadOptions options)
    {
        var (low, high) = (ScanFinder.Find([lowQuality], options).Scans, ScanFinder.Find([highQuality], options).Scans);
        if (low.Count == 1 && high.Count == 1)
        {
            return [new(task, low[0], high[0])];
        }

        RefuseDoubles(low);
        RefuseDoubles(high);
        var references = high.ToDictionary(image => image.Name);
        return [.. low.Select(image => new PairFiles(task, image, references.GetValueOrDefault(image.Name)
            ?? throw new FileNotFoundException($"'{image.Path}' has no counterpart of the same name in '{highQuality}'.")))];
    }

    private static void RefuseDoubles(IEnumerable<ScanSource> images)
    {
        if (images.GroupBy(image => image.Name).FirstOrDefault(name => name.Count() > 1)?.ToArray() is [var first, var second, ..])
        {
            throw new InvalidDataException($"'{first.Path}' and '{second.Path}' are images of one name: remove or rename one of them.");
        }
    }

    /// <summary>Reads the slices of both, and tells how many there are.</summary>
    /// <param name="look">Sees each slice to restore, with the scan that it is of.</param>
    /// <param name="masks">Where the regions of the scan are found; <see langword="null"/> for nowhere.</param>
    public IEnumerable<PairSlice> Read(Action<IImageScan, ImageSlice>? look = null, RegionMasks? masks = null)
    {
        using var low = Low.Open();
        using var high = High.Open();
        if ((low.Rows, low.Columns, low.SliceCount) != (high.Rows, high.Columns, high.SliceCount))
        {
            throw new InvalidDataException($"{Low} has {low.Rows} x {low.Columns} x {low.SliceCount} pixels and {High} {high.Rows} x "
                + $"{high.Columns} x {high.SliceCount}; only images of one size can be compared.");
        }

        using var labels = masks?.ReadSlices(Low.Name, low).GetEnumerator();
        foreach (var (i, slice) in low.ReadSlices(Task).Index())
        {
            look?.Invoke(low, slice);
            yield return new(new ImagePair(slice, high.ReadSlice(i), Low.Name), i, low.SliceCount)
            {
                Labels = labels?.MoveNext() == true ? labels.Current : null,
                PixelSpacing = low.PixelSpacing(),
            };
        }
    }
}

/// <summary>A slice of a pair.</summary>
/// <param name="Pair">The image and its reference.</param>
/// <param name="Slice">Its number, from 0.</param>
/// <param name="Count">How many slices there are.</param>
internal sealed record PairSlice(ImagePair Pair, int Slice, int Count)
{
    /// <summary>The region of each pixel, where there is a mask.</summary>
    public ImageSlice? Labels { get; init; }

    /// <summary>Side of a pixel in mm, where it is known.</summary>
    public double? PixelSpacing { get; init; }
}
