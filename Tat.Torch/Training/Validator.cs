using System.IO.Hashing;
using System.Text;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Metrics;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training;

/// <summary>Measures a restorer on the validation images of each task, by the paper's protocol.</summary>
internal sealed class Validator
{
    private readonly string[] _withoutImages;
    private readonly bool _skipUnreadable;
    private readonly Dictionary<Item, (ImageQuality Input, byte[] Hash)> _inputs = [];
    private List<Item> _items = [];

    /// <param name="pools">The validation pairs of each task.</param>
    /// <param name="imagesPerTask">How many images of each task to use, spread evenly over all volumes, and over the slices of
    /// each.</param>
    /// <param name="skipUnreadable">Whether an image that cannot be read is left out instead of being an error.</param>
    public Validator(PairPool[] pools, int imagesPerTask, bool skipUnreadable = false)
    {
        _skipUnreadable = skipUnreadable;
        _withoutImages = [.. pools.Where(pool => pool.Count == 0).Select(pool => pool.Task.Name)];
        foreach (var pool in pools)
        {
            _items.AddRange(Spread(pool, imagesPerTask).Select(index => new Item(pool, index)));
        }
    }

    /// <summary>Whether there is anything to measure on.</summary>
    public bool HasImages => _items.Count > 0;

    /// <summary>Tells the images that are measured from others.</summary>
    public string Fingerprint
    {
        get
        {
            var hash = new XxHash128();
            foreach (var item in _items)
            {
                hash.Append(Encoding.UTF8.GetBytes(item.Task.Name));
                hash.Append(_inputs[item].Hash);
            }

            return HasImages ? Convert.ToHexStringLower(hash.GetCurrentHash()) : "";
        }
    }

    /// <summary>Reads all images once, and leaves out those that cannot be measured.</summary>
    /// <param name="tell">Told what is left out, and which tasks are not validated.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    /// <exception cref="InvalidDataException">There are images, and none can be measured.</exception>
    /// <exception cref="IOException">An image cannot be read, and is not to be skipped.</exception>
    public void Prepare(Action<string> tell, CancellationToken cancellationToken)
    {
        var all = _items;
        var reasons = new Dictionary<Item, string>();
        foreach (var item in all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(item, out var problem) is { } pair)
            {
                problem = Measure(item, pair);
            }

            if (problem is not null)
            {
                reasons.Add(item, problem);
            }
        }

        _items = [.. all.Where(item => !reasons.ContainsKey(item))];
        foreach (var task in all.GroupBy(item => item.Task))
        {
            if (task.Where(reasons.ContainsKey).ToArray() is [var first, ..] leftOut)
            {
                tell($"{leftOut.Length} of {task.Count()} validation images of {task.Key} are left out. {reasons[first]}");
            }
        }

        if (all.Count > 0 && !HasImages)
        {
            throw new InvalidDataException(
                $"No validation image, of {all.Count}, can be measured: {reasons[all[0]]} Give other ones, or none.");
        }

        TellUnvalidated(tell);
    }

    /// <summary>Restores and measures all validation images.</summary>
    /// <param name="restorer">What to measure.</param>
    /// <param name="iteration">The iteration after which it was made.</param>
    /// <param name="tell">Told of images that cannot be read any more and are left out.</param>
    /// <param name="progress">Told the share that is done, 0 … 1, on any thread.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    /// <exception cref="IOException">An image cannot be read any more, and is not to be skipped.</exception>
    public ValidationResult Measure(
        IImageRestorer restorer, long iteration, Action<string> tell, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var measured = new List<(Item Item, ImageQuality Input, ImageQuality Restored)>(_items.Count);
        var samples = new Dictionary<string, ValidationSample>();
        var (all, done) = (_items, 0);
        foreach (var chunk in all.Chunk(BatchPlan.ImagesPerCall))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pairs = Read(chunk, tell);
            var (before, share) = ((double)done / all.Count, (double)chunk.Length / all.Count);
            var restored = restorer.Restore(
                [.. pairs.Select(pair => pair.Pair.LowQuality)], [.. pairs.Select(pair => pair.Item.Task)],
                new DirectProgress<double>(part => progress?.Report(before + (part * share))), cancellationToken);
            foreach (var ((item, pair), image) in pairs.Zip(restored))
            {
                samples.TryAdd(item.Task.Name, new(item.Task.Name, pair.Name, pair.LowQuality, image, pair.HighQuality));
                measured.Add((item, _inputs[item].Input, ImageQuality.Measure(image, pair.HighQuality, item.Task.MetricWindow)));
            }

            done += chunk.Length;
            progress?.Report((double)done / all.Count);
        }

        VolumeScore[] volumes = [.. measured.GroupBy(image => (image.Item.Task.Name, image.Item.Volume)).Select(group => new VolumeScore(
            group.Key.Name, group.Key.Volume, QualitySummary.Of(group.Select(image => image.Input)).ToScore(),
            QualitySummary.Of(group.Select(image => image.Restored)).ToScore()))];
        var scores = measured.GroupBy(image => image.Item.Task.Name)
            .ToDictionary(group => group.Key, group => QualitySummary.Of(group.Select(image => image.Restored)).ToScore());
        var psnr = QualitySummary.OverTasks(measured.Select(image => (image.Item.Task, image.Restored))).Psnr.Mean;
        var gain = ValueSummary.OfFinite(measured.GroupBy(image => image.Item.Task.Name)
            .Select(group => ValueSummary.OfFinite(group.Select(image => image.Restored.Psnr - image.Input.Psnr)).Mean)).Mean;
        return new(iteration, scores, psnr, gain, IsBest: false) { Volumes = volumes, Samples = [.. samples.Values] };
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

        return volumes.Zip(quotas)
            .SelectMany(volume =>
                Enumerable.Range(0, volume.Second).Select(i => volume.First[Middle(i, volume.First.Length, volume.Second)]));
    }

    /// <summary>
    /// The middle of part <paramref name="part"/> when <paramref name="count"/> things are cut into <paramref name="parts"/>.
    /// </summary>
    private static int Middle(int part, int count, int parts) => (int)(((2L * part) + 1) * count / (2L * parts));

    private void TellUnvalidated(Action<string> tell)
    {
        string[] validated = [.. _items.Select(item => item.Task.Name).Distinct()];
        string[] others = [.. _items.Count == 0 ? [] : _withoutImages];
        if (validated.Length == 0)
        {
            tell("There are no validation images: the last weights are the result, whether they are the best or not.");
        }
        else if (others.Length > 0)
        {
            tell($"There are no validation images of {string.Join(", ", others)}: the best weights are chosen by "
                + $"{string.Join(", ", validated)} alone.");
        }
    }

    /// <summary>Measures the degraded image.</summary>
    /// <returns>Why the pair tells nothing; <see langword="null"/> where it does.</returns>
    private string? Measure(Item item, ImagePair pair)
    {
        var input = ImageQuality.Measure(pair.LowQuality, pair.HighQuality, item.Task.MetricWindow);
        var hash = new XxHash128();
        PixelHash.Append(hash, pair.LowQuality, pair.HighQuality);
        _inputs[item] = (input, hash.GetCurrentHash());
        var problem = input.Problem
            ?? (input.IsIdentical ? "both images are equal inside the metric window, so that nothing can be gained" : null);
        return problem is null ? null : $"{(pair.Name.StartsWith('\'') ? pair.Name : $"'{pair.Name}'")} cannot be measured: {problem}.";
    }

    private (Item Item, ImagePair Pair)[] Read(Item[] items, Action<string> tell)
    {
        var pairs = new List<(Item, ImagePair)>(items.Length);
        foreach (var item in items)
        {
            if (TryRead(item, out var problem) is { } pair)
            {
                pairs.Add((item, pair));
                continue;
            }

            _items = [.. _items.Where(other => other != item)];
            tell($"A validation image is left out from now on. {problem}");
        }

        return [.. pairs];
    }

    private ImagePair? TryRead(Item item, out string? problem)
    {
        try
        {
            problem = null;
            return item.Pool.ReadRaw(item.Index);
        }
        catch (Exception exception) when (UnreadableImage.Is(exception))
        {
            problem = $"{item.Task} validation pair {item.Index} cannot be read: {exception.Message}";
            return _skipUnreadable
                ? null
                : throw new IOException($"{problem} Repair or remove it, or let unreadable images be skipped.", exception);
        }
    }

    private sealed record Item(PairPool Pool, int Index)
    {
        public RestorationTask Task => Pool.Task;

        public string Volume => Pool.VolumeOf(Index);
    }
}
