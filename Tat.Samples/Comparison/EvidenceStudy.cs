using Tat.MLNet.Formats;
using Tat.Samples.Reports;
using Tat.Torch.Baselines;
using Tat.Torch.Inference;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>Good scans, each degraded in several ways, filtered and restored.</summary>
/// <param name="restorer">The model.</param>
/// <param name="slices">Slices of each scan.</param>
/// <param name="seed">What the noise follows from.</param>
internal sealed class EvidenceStudy(IImageRestorer restorer, int slices, ulong seed)
{
    private readonly List<MeasuredImage> _images = [];
    private readonly List<ReportCase> _cases = [];
    private readonly InputTally _tally = new(restorer);
    private int _scans;

    /// <summary>All images by all methods.</summary>
    public IReadOnlyList<MeasuredImage> Images => _images;

    /// <summary>The middle slice of each scan at each strength.</summary>
    public IReadOnlyList<ReportCase> Cases => _cases;

    /// <summary>Means by task and strength.</summary>
    public MethodTable Table => MethodTable.Of(_images);

    /// <summary>Means by task, strength and scan.</summary>
    public MethodTable ByScan => MethodTable.Of(_images.Select(image => image with { Group = $"{image.Group}: {image.Name}" }));

    /// <summary>What a reader must not overlook.</summary>
    public IReadOnlyList<string> Remarks => [.. Table.Remarks(), .. _tally.Remarks];

    /// <summary>Adds a scan.</summary>
    /// <param name="scan">A good scan.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="task">Its task.</param>
    /// <param name="progress">Is told the share that is done of this scan, and what is being done.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    public void Add(IImageScan scan, string name, RestorationTask task, Action<double, string> progress,
        CancellationToken cancellationToken)
    {
        var (strengths, filters) = (ScanDegradation.For(task), StandardFilters.For(task));
        foreach (var (number, strength) in strengths.Index())
        {
            progress(number / (double)strengths.Count, $"{name}: {strength.Label}");
            var pairs = strength.Apply(scan, name, slices, new RandomStream(seed, _scans, number), cancellationToken);
            var restored = restorer.Restore(
                [.. pairs.Select(item => item.Pair.LowQuality)], [.. pairs.Select(_ => task)], null, cancellationToken);
            foreach (var (i, (slice, pair)) in pairs.Index())
            {
                cancellationToken.ThrowIfCancellationRequested();
                _images.Add(MeasuredImage.Of(task, slice, pair, restored[i], filters, strength.Label));
            }

            var middle = pairs[pairs.Count / 2].Pair;
            _tally.Add(middle.LowQuality, task, $"{name}, {strength.Label}", scan.PixelSpacing(), scan.Modality);
            _cases.Add(new(task, $"{name}, {strength.Label}", middle.LowQuality, restored[pairs.Count / 2], middle.HighQuality,
                Table.ApplyBestFilter(task, strength.Label, middle.LowQuality)));
        }

        _scans++;
    }
}
