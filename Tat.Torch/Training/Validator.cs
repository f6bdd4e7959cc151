using Tat.Torch.Data;
using Tat.Torch.Inference;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training;

/// <summary>Measures a restorer on the validation images of each task, by the paper's protocol.</summary>
internal sealed class Validator
{
    private readonly List<Item> _items = [];
    private readonly Dictionary<Item, ImageQuality> _inputs = [];

    /// <param name="pools">The validation pairs of each task.</param>
    /// <param name="imagesPerTask">How many images of each task to use, spread evenly over all volumes, and over the slices of each.</param>
    public Validator(IEnumerable<PairPool> pools, int imagesPerTask)
    {
        foreach (var pool in pools)
        {
            _items.AddRange(Spread(pool, imagesPerTask).Select((index, place) => new Item(pool, index, pool.VolumeOf(index), place == 0)));
        }
    }

    /// <summary>Whether there is anything to measure on.</summary>
    public bool HasImages => _items.Count > 0;

    /// <summary>Restores and measures all validation images.</summary>
    /// <param name="restorer">What to measure.</param>
    /// <param name="iteration">After which iteration.</param>
    /// <param name="bestGain">The best mean gain so far.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public ValidationResult Measure(IImageRestorer restorer, long iteration, double? bestGain, CancellationToken cancellationToken)
    {
        var measured = new List<(Item Item, ImageQuality Input, ImageQuality Restored)>(_items.Count);
        var samples = new List<ValidationSample>();
        foreach (var chunk in _items.Chunk(BatchPlan.ImagesPerCall))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pairs = chunk.Select(item => item.Pool.ReadRaw(item.Index)).ToArray();
            var restored = restorer.Restore([.. pairs.Select(pair => pair.LowQuality)], [.. chunk.Select(item => item.Task)], cancellationToken: cancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                var (item, pair) = (chunk[i], pairs[i]);
                if (item.IsSample)
                {
                    samples.Add(new(item.Task.Name, pair.Name, pair.LowQuality, restored[i], pair.HighQuality));
                }

                if (!_inputs.TryGetValue(item, out var input))
                {
                    _inputs.Add(item, input = ImageQuality.Measure(pair.LowQuality, pair.HighQuality, item.Task.MetricWindow));
                }

                measured.Add((item, input, ImageQuality.Measure(restored[i], pair.HighQuality, item.Task.MetricWindow)));
            }
        }

        VolumeScore[] volumes = [.. measured.GroupBy(image => (image.Item.Task.Name, image.Item.Volume)).Select(group => new VolumeScore(
            group.Key.Name, group.Key.Volume, QualitySummary.Of(group.Select(image => image.Input)).ToScore(), QualitySummary.Of(group.Select(image => image.Restored)).ToScore()))];
        var scores = measured.GroupBy(image => image.Item.Task.Name).ToDictionary(group => group.Key, group => QualitySummary.Of(group.Select(image => image.Restored)).ToScore());
        var psnr = QualitySummary.OverTasks(measured.Select(image => (image.Item.Task, image.Restored))).Psnr.Mean;
        var gain = ValueSummary.OfFinite(measured.GroupBy(image => image.Item.Task.Name).Select(group => ValueSummary.OfFinite(group.Select(image => image.Restored.Psnr - image.Input.Psnr)).Mean)).Mean;
        return new(iteration, scores, psnr, gain, bestGain is null || gain > bestGain) { Volumes = volumes, Samples = samples };
    }

    /// <summary>Takes images from all volumes in turn, as long as there are some, and from each volume at even distances.</summary>
    private static IEnumerable<int> Spread(PairPool pool, int images)
    {
        var volumes = Enumerable.Range(0, pool.Count).GroupBy(pool.VolumeOf).Select(group => group.ToArray()).ToArray();
        var quotas = new int[volumes.Length];
        for (var left = Math.Min(images, pool.Count); left > 0;)
        {
            int[] open = [.. Enumerable.Range(0, volumes.Length).Where(volume => quotas[volume] < volumes[volume].Length)];
            var round = Math.Min(left, open.Length);
            for (var i = 0; i < round; i++)
            {
                quotas[open[Middle(i, open.Length, round)]]++;
            }

            left -= round;
        }

        return volumes.Zip(quotas).SelectMany(volume => Enumerable.Range(0, volume.Second).Select(i => volume.First[Middle(i, volume.First.Length, volume.Second)]));
    }

    /// <summary>The middle of part <paramref name="part"/> when <paramref name="count"/> things are cut into <paramref name="parts"/>.</summary>
    private static int Middle(int part, int count, int parts) => (int)(((2L * part) + 1) * count / (2L * parts));

    private sealed record Item(PairPool Pool, int Index, string Volume, bool IsSample)
    {
        public RestorationTask Task => Pool.Task;
    }
}
