using Tat.MLNet.Formats;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>A low-quality image or volume and its reference.</summary>
internal sealed record PairFiles(RestorationTask Task, string Name, string LowQuality, string HighQuality)
{
    /// <summary>The pairs of a data set in the published layout, ROOT/TASK/SPLIT/{LQ,HQ}/NAME.</summary>
    public static IReadOnlyList<PairFiles> InDataSet(string root, string split, TaskVocabulary tasks)
    {
        var folders = tasks.Select(task => (Task: task, Folder: Path.Combine(root, task.Name, split))).Where(item => Directory.Exists(item.Folder)).ToList();
        return folders.Count > 0
            ? [.. folders.SelectMany(item => Between(item.Task, Path.Combine(item.Folder, "LQ"), Path.Combine(item.Folder, "HQ")))]
            : throw new DirectoryNotFoundException($"'{root}' holds no data set: there is no folder TASK/{split}, where TASK is {string.Join(", ", tasks)}.");
    }

    /// <summary>Two images, or the images of equal names in two folders.</summary>
    public static IReadOnlyList<PairFiles> Between(RestorationTask task, string lowQuality, string highQuality)
    {
        var (low, high) = (ImageInputs.Find(lowQuality), ImageInputs.Find(highQuality));
        if (low.Count == 1 && high.Count == 1)
        {
            return [new(task, low[0].Name, low[0].Path, high[0].Path)];
        }

        var references = high.ToDictionary(image => image.Name, image => image.Path);
        return [.. low.Select(image => new PairFiles(task, image.Name, image.Path, references.GetValueOrDefault(image.Name)
            ?? throw new FileNotFoundException($"'{image.Path}' has no counterpart of the same name in '{highQuality}'.")))];
    }

    /// <summary>Reads the slices of both, and tells how many there are.</summary>
    public IEnumerable<(ImagePair Pair, int Slice, int Count)> Read(ImageReadOptions options)
    {
        using var low = ImageFormats.Open(LowQuality, options);
        using var high = ImageFormats.Open(HighQuality, options);
        if ((low.Rows, low.Columns, low.SliceCount) != (high.Rows, high.Columns, high.SliceCount))
        {
            throw new InvalidDataException($"'{LowQuality}' has {low.Rows} x {low.Columns} x {low.SliceCount} pixels and '{HighQuality}' {high.Rows} x {high.Columns} x {high.SliceCount}; only images of one size can be compared.");
        }

        foreach (var (i, slice) in low.ReadSlices(Task).Index())
        {
            yield return (new ImagePair(slice, high.ReadSlice(i), Name), i, low.SliceCount);
        }
    }
}
