using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Quantities;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Makes a scan of the slices of a series, or says why they are none.</summary>
internal static class SeriesAssembler
{
    /// <summary>Sorts and checks slices.</summary>
    /// <param name="path">The folder, for messages.</param>
    /// <param name="format">The format.</param>
    /// <param name="slices">The slices of one series, in any order, or the frames of one object.</param>
    /// <param name="leftOut">Damaged files of the series, to tell of.</param>
    /// <param name="options">Whether an irregular series is refused.</param>
    /// <exception cref="DicomDataException">The slices are no volume.</exception>
    public static DicomScan Assemble(string path, IImageFormat format, IReadOnlyList<DicomSlice> slices, IReadOnlyList<LeftOutFile> leftOut, ImageReadOptions options)
    {
        var first = slices[0];
        return slices.Count > 1 && slices.Count == first.Layout.Frames
            ? AssembleFrames(path, format, slices, leftOut)
            : AssembleFiles(path, format, [.. slices], leftOut, options);
    }

    /// <summary>The frames of one object belong together: those that are no regular volume stay in their order.</summary>
    private static DicomScan AssembleFrames(string path, IImageFormat format, IReadOnlyList<DicomSlice> frames, IReadOnlyList<LeftOutFile> leftOut)
    {
        var first = frames[0];
        if (!first.HasFunctionalGroups)
        {
            return new DicomScan(path, format, frames, frames.Count, first.NominalDistance ?? first.Thickness) { LeftOut = leftOut };
        }

        var order = SeriesGeometry.Sort(frames);
        return Create(path, format, order.Problems.Count == 0 ? order : new([.. frames], frames.Count, null, order.Problems, order.Remarks), leftOut);
    }

    private static DicomScan AssembleFiles(string path, IImageFormat format, List<DicomSlice> slices, IReadOnlyList<LeftOutFile> leftOut, ImageReadOptions options)
    {
        var first = slices[0];
        if (slices.Find(slice => slice.Layout.Rows != first.Layout.Rows || slice.Layout.Columns != first.Layout.Columns) is { } other)
        {
            throw new DicomDataException(
                $"the series mixes images of {first.Layout.Rows} × {first.Layout.Columns} and of {other.Layout.Rows} × {other.Layout.Columns} pixels; separate them.");
        }

        if (slices.Find(slice => slice.Quantity.Unit != first.Quantity.Unit || slice.Modality != first.Modality) is not null)
        {
            throw new DicomDataException("the series mixes images of different modalities or units; separate them.");
        }

        var order = SeriesGeometry.Sort(slices);
        if (slices.Exists(slice => !SameSpacing(slice, first)))
        {
            order = order with { Problems = [.. order.Problems, "the pixel spacing differs between slices"] };
        }

        if (order.Problems.Count > 0 && !options.AllowIrregularSeries)
        {
            throw new DicomDataException(
                $"the series is no regular volume: {string.Join("; ", order.Problems.Concat(leftOut.Select(file => file.ToString())))}. Complete or separate it, or allow irregular series to read its slices as they are.");
        }

        return Create(path, format, order, leftOut);
    }

    private static DicomScan Create(string path, IImageFormat format, SeriesOrder order, IReadOnlyList<LeftOutFile> leftOut)
    {
        var memory = new PixelMemory();
        return new(path, format, ShareReferenceTime(order.Slices).ConvertAll(slice => slice with { Memory = memory }), order.SlicesPerVolume, order.Spacing)
        {
            Memory = memory,
            Problems = order.Problems,
            Remarks = order.Slices[0].IsMosaic ? [.. order.Remarks, "its images are Siemens mosaics, whose tiles are restored as one image"] : order.Remarks,
            IsSheared = order.IsSheared,
            LeftOut = leftOut,
        };
    }

    private static bool SameSpacing(DicomSlice a, DicomSlice b) =>
        a.Spacing is null == b.Spacing is null &&
        Math.Abs((a.Spacing?.Rows - b.Spacing?.Rows) ?? 0) < 1e-3 &&
        Math.Abs((a.Spacing?.Columns - b.Spacing?.Columns) ?? 0) < 1e-3;

    /// <summary>All images of a PET series are corrected to the same time: to that which its earliest image tells (QIBA).</summary>
    private static List<DicomSlice> ShareReferenceTime(List<DicomSlice> slices) =>
        slices.Select(slice => slice.Quantity.Decay).OfType<PetDecay>().OrderBy(decay => decay.Acquisition ?? DateTime.MaxValue).ThenBy(decay => decay.Seconds).FirstOrDefault() is { } earliest
            ? slices.ConvertAll(slice => slice with { Quantity = slice.Quantity.ReferTo(earliest) })
            : slices;
}
