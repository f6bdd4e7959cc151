using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.Samples.Shared;
using Tat.Torch.Tasks;

namespace Tat.Samples.Scripting;

/// <summary>What a folder of pairs holds of a task.</summary>
/// <param name="Name">The task.</param>
/// <param name="TrainingImages">Slices to train on.</param>
/// <param name="ValidationImages">Slices to choose the best weights by.</param>
/// <param name="TestImages">Slices that are kept for the evaluation.</param>
/// <param name="SmallestSide">Rows or columns of the smallest training image.</param>
/// <param name="LargestSide">Rows or columns of the largest training image.</param>
/// <param name="PixelSpacing">The median size of the pixels of training images in mm; <see langword="null"/> where the files do not
/// tell.</param>
internal sealed record TaskData(
    string Name, int TrainingImages, int ValidationImages, int TestImages, int SmallestSide, int LargestSide, double? PixelSpacing)
{
    /// <summary>Looks at the headers of all pairs of a folder.</summary>
    /// <param name="folder">FOLDER/TASK/{train,validation,test}/{LQ,HQ}/NAME.</param>
    /// <param name="known">The tasks that there may be.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">There are no training pairs, or a task is unknown.</exception>
    public static IReadOnlyList<TaskData> In(string folder, TaskVocabulary known, CancellationToken cancellationToken)
    {
        var folders = new DataSetFolders(folder);
        var train = Files(folder, "train", cancellationToken);
        var validation = folders.Has("validation") ? Files(folder, "validation", cancellationToken) : [];
        var test = folders.Has("test") ? Files(folder, "test", cancellationToken) : [];
        return [.. train.GroupBy(file => file.Task, StringComparer.OrdinalIgnoreCase).Select(task =>
        {
            if (!known.TryGet(task.Key, out var restoration))
            {
                throw new InvalidDataException(
                    $"'{folder}' has a folder '{task.Key}', which is not a task: call the folders {string.Join(", ", known)}.");
            }

            double[] spacings = [.. task.Select(file => file.Spacing).OfType<double>().Order()];
            return new TaskData(
                restoration.Name, task.Sum(file => file.Slices), Count(validation, task.Key), Count(test, task.Key),
                task.Min(file => Math.Min(file.Rows, file.Columns)), task.Max(file => Math.Max(file.Rows, file.Columns)),
                spacings.Length > 0 ? Math.Round(spacings[spacings.Length / 2], 3) : null);
        }).OrderBy(task => known.IndexOf(task.Name))];
    }

    private static int Count(IEnumerable<PairFile> files, string task) =>
        files.Where(file => file.Task.Equals(task, StringComparison.OrdinalIgnoreCase)).Sum(file => file.Slices);

    private static List<PairFile> Files(string folder, string split, CancellationToken cancellationToken)
    {
        var ml = new MLContext();
        var files = new List<PairFile>();
        foreach (var file in ml.Data.CreateEnumerable<Row>(ml.ImageRestoration.LoadPairs(folder, split), reuseRowObject: false)
            .GroupBy(row => (row.Task, row.FileName)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scan = ImageFormats.Open(file.Key.FileName);
            files.Add(new(file.Key.Task, file.Count(), scan.Rows, scan.Columns, scan.PixelSpacing()));
        }

        return files;
    }

    private sealed class Row
    {
        public string Task { get; set; } = "";

        public string FileName { get; set; } = "";
    }

    private sealed record PairFile(string Task, int Slices, int Rows, int Columns, double? Spacing);
}
