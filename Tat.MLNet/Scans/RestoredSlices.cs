using System.Collections.Concurrent;
using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>The slices of a scan on their way through a model, counted; those with values that are not finite go past it.</summary>
internal sealed class RestoredSlices(IImageScan scan, RestorationTask task, NonFiniteHandling nonFinite)
{
    private readonly ConcurrentQueue<bool> _restored = [];
    private readonly RangeTally _tally = new(task);
    private readonly bool _keepsPadding = task.Scaling != IntensityScaling.Fixed && scan is not UpsampledScan
        && scan.AsOpened() is DicomScan { HasPadding: true };

    private KSpaceExtent? _extent;
    private double _noise = double.NaN;

    /// <summary>Slices that are as they were.</summary>
    public int Unrestored { get; private set; }

    /// <summary>The share of voxels of restored slices that lie beyond the task's range.</summary>
    public double ShareBeyondRange => _tally.Share;

    /// <summary>The noise of the middle slice before and after; NaN where it is not restored.</summary>
    public (double Before, double After) Noise { get; private set; } = (double.NaN, double.NaN);

    public IEnumerable<string> Warnings()
    {
        if (Unrestored > 0)
        {
            yield return MessageText.Amount(
                Unrestored,
                "slice with NaN or infinite values is left as it is",
                "slices with NaN or infinite values are left as they are");
        }

        if (_extent is { } extent && extent != KSpaceExtent.Full)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"k-space was filled to {100 * extent.Rows:F0} % of the rows and {100 * extent.Columns:F0} % of the columns");
        }

        if (_tally.Remark is { } remark)
        {
            yield return remark;
        }
    }

    /// <summary>Restores all slices in order.</summary>
    public IEnumerable<ImageSlice> Restore(IImageRestorer restorer, IProgress<ScanProgress>? progress, CancellationToken cancellationToken)
    {
        var index = 0;
        var done = progress is null ? null : new SliceProgress(progress, scan.SliceCount);
        foreach (var slice in restorer.RestoreVolume(Finite(cancellationToken), task, done, cancellationToken))
        {
            while (_restored.TryDequeue(out var isRestored) && !isRestored)
            {
                yield return scan.ReadSlice(index++);
            }

            if (index == scan.SliceCount / 2)
            {
                Noise = (_noise, NoiseEstimate.Measure(slice));
            }

            PutPaddingBack(index++, slice);
            yield return slice;
        }

        for (; index < scan.SliceCount; index++)
        {
            yield return scan.ReadSlice(index);
        }
    }

    /// <summary>Padding comes back as it was; on a finer grid it has no place of its own.</summary>
    private void PutPaddingBack(int index, ImageSlice restored)
    {
        if (!_keepsPadding)
        {
            return;
        }

        var source = scan.ReadSlice(index);
        var seen = scan.WithoutPadding(index, source);
        for (var i = 0; i < restored.Pixels.Length && !ReferenceEquals(seen, source); i++)
        {
            restored.Pixels[i] = seen.Pixels[i].Equals(source.Pixels[i]) ? restored.Pixels[i] : source.Pixels[i];
        }
    }

    /// <summary>Runs on a thread of its own, ahead of the model.</summary>
    private IEnumerable<ImageSlice> Finite(CancellationToken cancellationToken)
    {
        foreach (var (i, slice) in scan.ReadSlices(task, cancellationToken).Index())
        {
            var problem = FiniteValues.FindOther(slice);
            if (problem is not null && scan is UpsampledScan grid)
            {
                // The user looks for the value in the file.
                problem = FiniteValues.FindOther(grid.Source.ReadSlice(i)) ?? problem;
            }

            if (problem is not null && nonFinite == NonFiniteHandling.Throw)
            {
                throw new InvalidDataException($"'{scan.Path}': slice {i + 1} has {problem}; replace values that are not finite, or let "
                    + "such slices pass as they are.");
            }

            _restored.Enqueue(problem is null);
            if (problem is not null)
            {
                Unrestored++;
                continue;
            }

            if (_extent is null && slice.VolumeExtent is { } extent)
            {
                UpsamplingCheck.CheckExtent(scan, task, extent);
                _extent = extent;
            }

            _noise = i == scan.SliceCount / 2 ? NoiseEstimate.Measure(slice) : _noise;
            yield return _tally.Add(slice);
        }
    }

    private sealed class SliceProgress(IProgress<ScanProgress> progress, int count) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new(value, count));
    }
}
