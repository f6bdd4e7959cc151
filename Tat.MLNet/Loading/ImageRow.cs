using System.Collections.Concurrent;
using Tat.MLNet.Formats;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Loading;

/// <summary>The row that a cursor stands on. Files are opened and pixels are read when they are asked for, once a row.</summary>
/// <param name="scans">Where files are opened.</param>
/// <param name="volumes">What has been measured of files.</param>
internal sealed class ImageRow(ScanPool scans, ConcurrentDictionary<string, (float Level, KSpaceExtent? Extent)> volumes) : IDisposable
{
    private ScanPool.Lease? _lowScan;
    private ScanPool.Lease? _highScan;
    private ImageSlice? _low;
    private ImageSlice? _high;
    private ImageEntry? _entry;

    /// <summary>What the loader listed.</summary>
    public ImageEntry Entry => _entry ?? throw new InvalidOperationException("The cursor does not stand on a row; call MoveNext first.");

    /// <summary>The slice of <see cref="Scan"/> that this row is.</summary>
    public int Slice { get; private set; }

    /// <summary>The opened image to restore.</summary>
    public IImageScan Scan => Open(ref _lowScan, Entry.LowQuality);

    /// <summary>The image to restore.</summary>
    public ImageSlice LowQuality => _low ??= Read(Scan);

    /// <summary>The reference image, where there is one.</summary>
    public ImageSlice? HighQuality => _high ??= Entry.HighQuality is { } path ? ReadReference(Open(ref _highScan, path)) : null;

    /// <summary>The level of <see cref="Scan"/>, measured once for each file.</summary>
    public float VolumeLevel => Measured(withExtent: false).Level;

    /// <summary>How far k-space of <see cref="Scan"/> is filled, measured once for each file, and its level with it.</summary>
    public KSpaceExtent VolumeExtent => Measured(withExtent: true).Extent!;

    private (float Level, KSpaceExtent? Extent) Measured(bool withExtent) =>
        volumes.TryGetValue(Entry.LowQuality, out var known) && (!withExtent || known.Extent is not null)
            ? known
            : volumes[Entry.LowQuality] = Scan.SliceCount == 1
                ? ImageScanExtensions.Measure(Scan, [Scan.WithoutPadding(Slice, LowQuality)], withExtent)
                : Scan.MeasureVolume(withExtent);

    public void MoveTo(ImageEntry entry, int slice)
    {
        (_entry, Slice, _low, _high) = (entry, slice, null, null);
        CloseUnless(ref _lowScan, entry.LowQuality);
        CloseUnless(ref _highScan, entry.HighQuality);
    }

    /// <summary>Stands on no row any more.</summary>
    public void Leave() => (_entry, _low, _high) = (null, null, null);

    public void Dispose()
    {
        CloseUnless(ref _lowScan, null);
        CloseUnless(ref _highScan, null);
    }

    private static void CloseUnless(ref ScanPool.Lease? lease, string? path)
    {
        if (lease is not null && lease.Path != path)
        {
            lease.Dispose();
            lease = null;
        }
    }

    private IImageScan Open(ref ScanPool.Lease? lease, string path) => (lease ??= scans.Rent(path)).Scan;

    private ImageSlice Read(IImageScan scan) => Slice < scan.SliceCount
        ? scan.ReadSlice(Slice)
        : throw new ImageFormatException(
            scan.Path, $"has {MessageText.Amount(scan.SliceCount, "slice")}, and slice {Slice} was asked for (the first is 0); correct the "
                + "slice index.");

    private ImageSlice ReadReference(IImageScan scan)
    {
        var image = Scan;
        if (Entry.Slice is null && scan.SliceCount != image.SliceCount)
        {
            throw new ImageFormatException(
                scan.Path, $"has {MessageText.Amount(scan.SliceCount, "slice")}, but its low-quality counterpart '{image.Path}' has "
                    + $"{image.SliceCount}; both files of a pair must show the same slices.");
        }

        return scan.Rows == image.Rows && scan.Columns == image.Columns
            ? Read(scan)
            : throw new ImageFormatException(
                scan.Path, $"has slices of {scan.Rows} × {scan.Columns}, but its low-quality counterpart '{image.Path}' has {image.Rows} × "
                    + $"{image.Columns}; both images of a pair must have the same size.");
    }
}
