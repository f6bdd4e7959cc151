using Microsoft.ML;
using Tat.Torch.Imaging;

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

    /// <summary>Some images of each task, spread evenly over those there are.</summary>
    public static IReadOnlyList<ScoredImage> Take(MLContext ml, IDataView scored, int perTask) =>
        [.. ml.Data.CreateEnumerable<ScoredImage>(scored, reuseRowObject: false).GroupBy(image => image.Task).SelectMany(task => Spread([.. task], perTask))];

    private static IEnumerable<ScoredImage> Spread(List<ScoredImage> images, int count) =>
        Enumerable.Range(0, Math.Min(count, images.Count)).Select(i => images[i * images.Count / Math.Min(count, images.Count)]);

    public ImageSlice Image(float[] pixels) => new(pixels, Height, Width);
}
