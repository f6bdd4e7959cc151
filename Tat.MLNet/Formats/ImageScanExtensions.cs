using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Formats;

/// <summary>Operations that work on any scan.</summary>
public static class ImageScanExtensions
{
    // Enough for a percentile of the voxels, few enough to be read before the first slice is restored, and to be kept.
    private const int MeasuredSlices = 32;
    private const long MeasuredPixels = 1 << 25;

    /// <summary>
    /// Cuts a volume into slices of another plane; nothing is interpolated, so that the plane is the nearest one for an oblique volume.
    /// </summary>
    /// <param name="scan">The volume. The result owns it; it keeps one volume of floats in memory.</param>
    /// <param name="plane">The plane.</param>
    /// <returns>The scan itself where its slices lie in that plane. A format that writes a derived image of the result puts the slices back
    /// in the source's order.</returns>
    /// <exception cref="InvalidDataException">The scan does not tell its orientation.</exception>
    public static IImageScan InPlane(this IImageScan scan, SlicePlane plane)
    {
        ArgumentNullException.ThrowIfNull(scan);
        if (plane == SlicePlane.Acquisition)
        {
            return scan;
        }

        if (scan.Parts.Count > 1)
        {
            throw new InvalidDataException($"'{scan.Path}' has {scan.Parts.Count} parts in grids of their own, which have no {plane} "
                + "slices in common; use the plane of acquisition.");
        }

        if (scan is Dicom.Series.DicomScan { IsSheared: true })
        {
            throw new InvalidDataException(
                $"'{scan.Path}' was taken with gantry tilt: {plane} slices would need resampling; use the plane of acquisition.");
        }

        if (scan is Dicom.Series.DicomScan { Problems: [_, ..] problems })
        {
            throw new InvalidDataException($"'{scan.Path}' is no regular volume ({string.Join("; ", problems)}): {plane} slices would need "
                + "resampling; use the plane of acquisition.");
        }

        var affine = scan.Affine
            ?? throw new InvalidDataException(
                $"'{scan.Path}' does not record its orientation, so that {plane} slices cannot be cut; use the plane of acquisition.");
        return Enumerable.Range(0, 3).Single(axis => affine.PlaneAcross(axis) == plane) switch
        {
            2 => scan,
            var axis => new ReslicedScan(scan, axis),
        };
    }

    /// <summary>
    /// The side of a pixel in mm, of one that is not square the geometric mean of both; <see langword="null"/> where it is unknown.
    /// </summary>
    /// <param name="scan">The scan.</param>
    public static double? PixelSpacing(this IImageScan scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        return scan.RowSpacing is { } rows && scan.ColumnSpacing is { } columns ? Math.Sqrt(rows * columns) : null;
    }

    /// <summary>
    /// Brings a scan to a finer grid within its slices, by zeros around k-space; pixels of both grids that lie at the same place have the
    /// same value.
    /// </summary>
    /// <param name="scan">The scan. The result owns it.</param>
    /// <param name="factor">By how much the grid is finer; <see langword="null"/> for not at all.</param>
    /// <returns>The scan itself where nothing changes. Formats write derived images of the result on its grid.</returns>
    /// <exception cref="InvalidDataException">The scan is cut into slices of another plane than that of acquisition, is a Siemens mosaic,
    /// or the grid would be too large.</exception>
    public static IImageScan Upsampled(this IImageScan scan, UpsamplingFactor? factor)
    {
        ArgumentNullException.ThrowIfNull(scan);
        if (factor is null or { Rows: 1, Columns: 1 })
        {
            return scan;
        }

        return scan switch
        {
            ReslicedScan =>
                throw new InvalidDataException($"'{scan.Path}' is cut into slices across those of its acquisition, between which k-space "
                    + "tells nothing; ask for a finer grid in the plane of acquisition."),
            Dicom.Series.DicomScan { IsMosaic: true } =>
                throw new InvalidDataException($"'{scan.Path}' holds Siemens mosaics, whose tiles are slices; convert them to NIfTI with "
                    + "dcm2niix before asking for a finer grid."),
            _ => new UpsampledScan(scan, factor),
        };
    }

    /// <summary>The scan as its format opened it, whatever plane or grid was asked for.</summary>
    internal static IImageScan AsOpened(this IImageScan scan) => scan switch
    {
        ReslicedScan resliced => resliced.Source.AsOpened(),
        UpsampledScan upsampled => upsampled.Source.AsOpened(),
        _ => scan,
    };

    /// <summary>Measures the level of a scan, all its volumes together, as <see cref="IntensityLevel"/> does.</summary>
    /// <param name="scan">The scan. Of a large one 32 slices are read, evenly spaced (fewer of slices with more than 2²⁰ pixels).</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    public static float MeasureLevel(this IImageScan scan, CancellationToken cancellationToken = default) =>
        IntensityLevel.Measure(ReadMeasured(scan, scan.ReadSlice, cancellationToken).Select(item => item.Slice));

    /// <summary>Measures the level of a scan and, where wanted, how far its k-space is filled, from the same slices.</summary>
    internal static (float Level, KSpaceExtent? Extent) MeasureVolume(
        this IImageScan scan, bool withExtent, CancellationToken cancellationToken = default) =>
        Measure(scan, [.. ReadMeasured(scan, scan.ReadImage, cancellationToken).Select(item => item.Slice)], withExtent);

    /// <summary>The same of slices that have been read.</summary>
    internal static (float Level, KSpaceExtent? Extent) Measure(IImageScan scan, IReadOnlyCollection<ImageSlice> slices, bool withExtent) =>
        (IntensityLevel.Measure(slices), withExtent ? ExtentOf(scan, slices) : null);

    /// <summary>
    /// Reads all slices in their order, as a task needs them: for one that is scaled by volume, each with the level of the scan, and with
    /// what is filled of its k-space if the task needs it.
    /// </summary>
    /// <param name="scan">The scan.</param>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    /// <returns>The slices; nothing is read until they are asked for, and each is read once.</returns>
    public static IEnumerable<ImageSlice> ReadSlices(
        this IImageScan scan, RestorationTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        ArgumentNullException.ThrowIfNull(task);
        return task.Scaling == IntensityScaling.Fixed
            ? Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice)
            : ReadWithLevel(scan, task, cancellationToken);
    }

    private static IEnumerable<ImageSlice> ReadWithLevel(IImageScan scan, RestorationTask task, CancellationToken cancellationToken)
    {
        var measured = ReadMeasured(scan, scan.ReadImage, cancellationToken).ToDictionary(item => item.Index, item => item.Slice);
        var (level, extent) = Measure(scan, measured.Values, task.FitsResolution);
        for (var i = 0; i < scan.SliceCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slice = measured.Remove(i, out var known) ? known : scan.ReadImage(i);
            yield return slice.InVolume(level, extent);
        }
    }

    private static KSpaceExtent ExtentOf(IImageScan scan, IEnumerable<ImageSlice> slices) =>
        scan is UpsampledScan upsampled ? upsampled.MeasureExtent(slices) : KSpaceFill.Measure(slices);

    /// <summary>Reads a slice as what measures or restores it is to see it.</summary>
    internal static ImageSlice ReadImage(this IImageScan scan, int index) => scan.WithoutPadding(index, scan.ReadSlice(index));

    /// <summary>The slices from which a level is measured.</summary>
    private static IEnumerable<(int Index, ImageSlice Slice)> ReadMeasured(
        IImageScan scan, Func<int, ImageSlice> read, CancellationToken cancellationToken)
    {
        var affordable = Math.Max(1, MeasuredPixels / ((long)scan.Rows * scan.Columns));
        var count = Math.Min(Math.Min(scan.SliceCount, MeasuredSlices), affordable);
        for (var i = 0L; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var index = (int)(((2 * i) + 1) * scan.SliceCount / (2 * count));
            yield return (index, read(index));
        }
    }
}
