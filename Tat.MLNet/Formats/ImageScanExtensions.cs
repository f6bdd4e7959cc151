using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Formats;

/// <summary>What can be done with every scan.</summary>
public static class ImageScanExtensions
{
    // Enough for a percentile of the voxels, few enough to be read before the first slice is restored, and to be kept.
    private const int MeasuredSlices = 32;
    private const long MeasuredPixels = 1 << 25;

    /// <summary>Cuts a volume into slices of another plane; nothing is interpolated, so that the plane is the nearest one for an oblique volume.</summary>
    /// <param name="scan">The volume. The result owns it; it keeps one volume of floats in memory.</param>
    /// <param name="plane">The plane.</param>
    /// <returns>The scan itself where its slices lie in that plane. A format that writes a derived image of the result puts the slices back in the source's order.</returns>
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
            throw new InvalidDataException($"'{scan.Path}' has {scan.Parts.Count} parts in grids of their own, which have no {plane} slices in common; use the plane of acquisition.");
        }

        if (scan is Dicom.Series.DicomScan { IsSheared: true })
        {
            throw new InvalidDataException($"'{scan.Path}' was taken with gantry tilt: {plane} slices would need resampling; use the plane of acquisition.");
        }

        var affine = scan.Affine
            ?? throw new InvalidDataException($"'{scan.Path}' does not record its orientation, so that {plane} slices cannot be cut; use the plane of acquisition.");
        return Enumerable.Range(0, 3).Single(axis => affine.PlaneAcross(axis) == plane) switch
        {
            2 => scan,
            var axis => new ReslicedScan(scan, axis),
        };
    }

    /// <summary>The side of a pixel in mm, of one that is not square the geometric mean of both; <see langword="null"/> where it is unknown.</summary>
    /// <param name="scan">The scan.</param>
    public static double? PixelSpacing(this IImageScan scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        return scan.RowSpacing is { } rows && scan.ColumnSpacing is { } columns ? Math.Sqrt(rows * columns) : null;
    }

    /// <summary>Measures the level of a scan, all its volumes together, as <see cref="IntensityLevel"/> does.</summary>
    /// <param name="scan">The scan. Of a large one 32 slices are read, evenly spaced (fewer of slices with more than 2²⁰ pixels).</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    public static float MeasureLevel(this IImageScan scan, CancellationToken cancellationToken = default) =>
        IntensityLevel.Measure(ReadMeasured(scan, cancellationToken).Select(item => item.Slice));

    /// <summary>Measures the level of a scan and how far its k-space is filled, from the same slices.</summary>
    internal static (float Level, KSpaceExtent Extent) MeasureVolume(this IImageScan scan, CancellationToken cancellationToken = default)
    {
        ImageSlice[] slices = [.. ReadMeasured(scan, cancellationToken).Select(item => item.Slice)];
        return (IntensityLevel.Measure(slices), KSpaceFill.Measure(slices));
    }

    /// <summary>Reads all slices in their order, as a task needs them: for one that is scaled by volume, each with the level of the scan, and with what is filled of its k-space if the task needs it.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    /// <returns>The slices; nothing is read until they are asked for, and each is read once.</returns>
    public static IEnumerable<ImageSlice> ReadSlices(this IImageScan scan, RestorationTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        ArgumentNullException.ThrowIfNull(task);
        return task.Scaling == IntensityScaling.Fixed
            ? Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice)
            : ReadWithLevel(scan, task, cancellationToken);
    }

    private static IEnumerable<ImageSlice> ReadWithLevel(IImageScan scan, RestorationTask task, CancellationToken cancellationToken)
    {
        var measured = ReadMeasured(scan, cancellationToken).ToDictionary(item => item.Index, item => item.Slice);
        var level = IntensityLevel.Measure(measured.Values);
        var extent = task.FitsResolution ? KSpaceFill.Measure(measured.Values) : null;
        for (var i = 0; i < scan.SliceCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slice = measured.Remove(i, out var known) ? known : scan.ReadSlice(i);
            yield return new(slice.Pixels, slice.Height, slice.Width) { VolumeLevel = level, VolumeExtent = extent };
        }
    }

    /// <summary>The slices from which a level is measured.</summary>
    private static IEnumerable<(int Index, ImageSlice Slice)> ReadMeasured(IImageScan scan, CancellationToken cancellationToken)
    {
        var affordable = Math.Max(1, MeasuredPixels / ((long)scan.Rows * scan.Columns));
        var count = Math.Min(Math.Min(scan.SliceCount, MeasuredSlices), affordable);
        for (var i = 0L; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var index = (int)(((2 * i) + 1) * scan.SliceCount / (2 * count));
            yield return (index, scan.ReadSlice(index));
        }
    }
}
