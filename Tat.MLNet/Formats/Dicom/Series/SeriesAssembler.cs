using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Quantities;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Makes a scan of the slices of a series, or says why they are none.</summary>
internal static class SeriesAssembler
{
    /// <summary>How far weight by dose may differ from image to image, as part of it: numbers are written as text.</summary>
    private const double WeightTolerance = 1e-3;

    /// <summary>Sorts and checks slices.</summary>
    /// <param name="path">The folder, for messages.</param>
    /// <param name="format">The format.</param>
    /// <param name="slices">The slices of one series, of one size and unit, in any order, or the frames of one object.</param>
    /// <param name="leftOut">Damaged files of the series, to tell of.</param>
    /// <param name="options">Whether an irregular series is refused.</param>
    /// <exception cref="DicomDataException">The slices are no volume.</exception>
    public static DicomScan Assemble(
        string path, IImageFormat format, IReadOnlyList<DicomSlice> slices, IReadOnlyList<LeftOutFile> leftOut, ImageReadOptions options)
    {
        return slices.Count > 1 && slices.Count == slices[0].Layout.Frames
            ? AssembleFrames(path, format, slices, leftOut)
            : AssembleFiles(path, format, [.. slices], leftOut, options);
    }

    /// <summary>The frames of one object belong together: those that are no regular volume stay in their order.</summary>
    private static DicomScan AssembleFrames(
        string path, IImageFormat format, IReadOnlyList<DicomSlice> frames, IReadOnlyList<LeftOutFile> leftOut)
    {
        var first = frames[0];
        if (!first.HasFunctionalGroups || frames.All(frame => frame.Plane is null))
        {
            var memory = new PixelMemory();
            IReadOnlyList<DicomSlice> kept = frames is FrameList list
                ? list.KeptIn(memory)
                : [.. frames.Select(frame => frame with { Memory = memory })];
            return new DicomScan(path, format, kept, frames.Count, first.NominalDistance ?? first.Thickness)
            {
                Memory = memory,
                LeftOut = leftOut,
            };
        }

        var order = SeriesGeometry.Sort(frames);
        return Create(path, format, order.Problems.Count == 0 ? order : new([.. frames], frames.Count, null, order.Problems, order.Remarks),
            leftOut);
    }

    private static DicomScan AssembleFiles(
        string path, IImageFormat format, List<DicomSlice> slices, IReadOnlyList<LeftOutFile> leftOut, ImageReadOptions options)
    {
        var order = SeriesGeometry.Sort(slices);
        var twins = slices.Count - slices.DistinctBy(slice => (slice.SopInstanceUid, slice.Frame)).Count();
        if (twins > 0)
        {
            order = order with
            {
                Remarks =
                [
                    .. order.Remarks,
                    $"{MessageText.Amount(twins, "image at a place of its own has", "images at places of their own have")} the SOP "
                        + "Instance UID of another one",
                ],
            };
        }

        if (order.Problems.Count > 0 && !options.AllowIrregularSeries)
        {
            throw new DicomDataException(
                $"the series is no regular volume: {string.Join("; ", order.Problems.Concat(leftOut.Select(file => file.ToString())))}. "
                + "Complete or separate it, or allow irregular series to read its slices as they are.");
        }

        return Create(path, format, order, leftOut);
    }

    private static DicomScan Create(string path, IImageFormat format, SeriesOrder order, IReadOnlyList<LeftOutFile> leftOut)
    {
        CheckPatient(order.Slices);
        var memory = new PixelMemory();
        var slices = ShareReferenceTime(order.Slices).ConvertAll(slice => slice with { Memory = memory });
        var parts = new List<IImageScan>();
        var start = 0;
        foreach (var part in order.Parts)
        {
            parts.Add(new DicomScan(path, format, slices.GetRange(start, part.Slices.Count), part.SlicesPerVolume, part.Spacing)
            {
                Memory = memory,
                IsSheared = part.IsSheared,
            });
            start += part.Slices.Count;
        }

        return new(path, format, slices, order.SlicesPerVolume, order.Spacing)
        {
            Memory = memory,
            GivenParts = parts,
            Problems = order.Problems,
            Remarks = order.Slices[0].IsMosaic
                ? [.. order.Remarks, "its images are Siemens mosaics, whose tiles are restored as one image"]
                : order.Remarks,
            IsSheared = order.IsSheared,
            LeftOut = leftOut,
        };
    }

    /// <summary>A series is of one patient and one dose: images that tell others have SUV of different scales.</summary>
    private static void CheckPatient(List<DicomSlice> slices)
    {
        double?[] told = [.. slices.Select(slice => slice.Quantity.WeightPerDose)];
        if (told.Max() > told.Min() * (1 + WeightTolerance))
        {
            throw PetQuantities.Refuse($"the images of the series tell different values of {Tags.Name(Tags.PatientWeight)} or "
                + $"{Tags.Name(Tags.RadionuclideTotalDose)}");
        }
    }

    /// <summary>All images of a PET series are corrected to the same time: to that which its earliest image tells (QIBA).</summary>
    private static List<DicomSlice> ShareReferenceTime(List<DicomSlice> slices) =>
        slices.Select(slice => slice.Quantity.Decay).OfType<PetDecay>().OrderBy(decay => decay.Acquisition ?? DateTime.MaxValue)
            .ThenBy(decay => decay.Seconds).FirstOrDefault() is { } earliest
            ? slices.ConvertAll(slice => slice with { Quantity = slice.Quantity.ReferTo(earliest) })
            : slices;
}
