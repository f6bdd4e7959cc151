using Microsoft.ML;
using Tat.Samples.Comparison;
using Tat.Torch.Baselines;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>A row of data that a model has scored: the columns by their names.</summary>
internal sealed class ScoredImage
{
    public float[] LowQuality { get; set; } = [];

    public float[] HighQuality { get; set; } = [];

    public float[] Restored { get; set; } = [];

    public int Height { get; set; }

    public int Width { get; set; }

    public string Task { get; set; } = "";

    public string FileName { get; set; } = "";

    public int SliceIndex { get; set; }

    /// <summary>The file, and the slice where the file has several that are measured.</summary>
    public string NameAmong(IEnumerable<MeasuredImage> all) =>
        Path.GetFileName(FileName) + (all.Count(image => image.Name == FileName) > 1 ? $", slice {SliceIndex + 1}" : "");

    /// <summary>Some images of each task, spread evenly over those there are.</summary>
    public static IReadOnlyList<ScoredImage> Take(MLContext ml, IDataView scored, int perTask) =>
        [.. ml.Data.CreateEnumerable<ScoredImage>(scored, reuseRowObject: false).GroupBy(image => image.Task)
            .SelectMany(task => Spread([.. task], perTask))];

    private static IEnumerable<ScoredImage> Spread(List<ScoredImage> images, int count) =>
        Enumerable.Range(0, Math.Min(count, images.Count)).Select(i => images[i * images.Count / Math.Min(count, images.Count)]);

    /// <summary>Measures all images of scored data: before, after and, where wanted, by the standard filters.</summary>
    public static IReadOnlyList<MeasuredImage> Measure(
        MLContext ml, IDataView scored, TaskVocabulary tasks, bool baselines, CancellationToken cancellationToken)
    {
        var measured = new List<MeasuredImage>();
        foreach (var row in ml.Data.CreateEnumerable<ScoredImage>(scored, reuseRowObject: false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var task = tasks[row.Task];
            var pair = new ImagePair(row.Image(row.LowQuality), row.Image(row.HighQuality), row.FileName);
            measured.Add(MeasuredImage.Of(task, row.SliceIndex, pair, row.Image(row.Restored), baselines ? StandardFilters.For(task) : []));
        }

        return measured;
    }

    public ImageSlice Image(float[] pixels) => new(pixels, Height, Width);
}
