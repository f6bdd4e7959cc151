using Tat.Torch.Data;
using Tat.Torch.Inference;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training;

/// <summary>Measures a restorer on the validation images of each task, by the paper's protocol.</summary>
internal sealed class Validator
{
    // Enough that every core has an image, few enough that large ones are no burden.
    private const int ImagesAtOnce = 16;

    private readonly List<(RestorationTask Task, PairPool Pool, int Index)> _images = [];

    /// <param name="pools">The validation pairs of each task.</param>
    /// <param name="imagesPerTask">How many images of each task to use, spread evenly over those there are.</param>
    public Validator(IEnumerable<PairPool> pools, int imagesPerTask)
    {
        foreach (var pool in pools)
        {
            var count = Math.Min(imagesPerTask, pool.Count);
            _images.AddRange(Enumerable.Range(0, count).Select(i => (pool.Task, pool, (int)((long)i * pool.Count / count))));
        }
    }

    /// <summary>Whether there is anything to measure on.</summary>
    public bool HasImages => _images.Count > 0;

    /// <summary>Restores and measures all validation images.</summary>
    /// <param name="restorer">What to measure.</param>
    /// <param name="iteration">After which iteration.</param>
    /// <param name="bestPsnr">The best mean PSNR so far.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public ValidationResult Measure(IImageRestorer restorer, long iteration, double? bestPsnr, CancellationToken cancellationToken)
    {
        var measured = new List<(RestorationTask Task, ImageQuality Quality)>(_images.Count);
        var samples = new List<ValidationSample>();
        foreach (var chunk in _images.Chunk(ImagesAtOnce))
        {
            var pairs = chunk.Select(image => image.Pool.ReadRaw(image.Index)).ToArray();
            var restored = restorer.Restore([.. pairs.Select(pair => pair.LowQuality)], [.. chunk.Select(image => image.Task)], cancellationToken: cancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (chunk[i].Index == 0)
                {
                    samples.Add(new(chunk[i].Task.Name, pairs[i].Name, pairs[i].LowQuality, restored[i], pairs[i].HighQuality));
                }

                measured.Add((chunk[i].Task, ImageQuality.Measure(restored[i], pairs[i].HighQuality, chunk[i].Task.MetricWindow)));
            }
        }

        var scores = measured.GroupBy(item => item.Task.Name).ToDictionary(group => group.Key, group => QualitySummary.Of(group.Select(item => item.Quality)).ToScore());
        var mean = QualitySummary.OverTasks(measured).Psnr.Mean;
        return new(iteration, scores, mean, bestPsnr is null || mean > bestPsnr) { Samples = samples };
    }
}
