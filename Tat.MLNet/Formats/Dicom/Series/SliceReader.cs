using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Quantities;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Makes slices of an object.</summary>
internal static class SliceReader
{
    private const string Directory = "1.2.840.10008.1.3.10";

    /// <summary>Objects that are no images of a scan, by SOP class (PS3.4, annex B.5).</summary>
    private static readonly Dictionary<string, string> _refused = new()
    {
        [Directory] = "a DICOMDIR, the directory of a medium; open the folder of the images",
        ["1.2.840.10008.5.1.4.1.1.66.4"] = "a segmentation; open the series that was segmented",
        ["1.2.840.10008.5.1.4.1.1.66.7"] = "a segmentation; open the series that was segmented",
        ["1.2.840.10008.5.1.4.1.1.481.2"] = "a radiotherapy dose grid; open the planning CT",
    };

    /// <summary>Images whatever else they hold: CT, MR and PET, enhanced and legacy converted ones too.</summary>
    private static readonly HashSet<string> _images =
    [
        "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2", "1.2.840.10008.5.1.4.1.1.4",
        "1.2.840.10008.5.1.4.1.1.4.1",
        "1.2.840.10008.5.1.4.1.1.4.4", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.128.1", "1.2.840.10008.5.1.4.1.1.130",
    ];

    /// <summary>Whether an object is the directory of a medium, which stands beside its images.</summary>
    public static bool IsDirectory(DicomObject source) => source.DataSet.GetString(Tags.SopClassUid) == Directory;

    /// <summary>Refuses objects that are no images of a scan.</summary>
    public static DicomObject Check(DicomObject source)
    {
        var sopClass = source.DataSet.GetString(Tags.SopClassUid) ?? "";
        if (_refused.TryGetValue(sopClass, out var kind))
        {
            throw new DicomDataException($"this is {kind}.") { IsForeign = true };
        }

        if (source.DataSet.GetString(Tags.Modality) is "RTDOSE" or "SEG" or "RTPLAN" or "RTSTRUCT" or "SR" or "KO" or "PR"
            && source.Pixels is not null)
        {
            throw new DicomDataException("the object is derived data such as a dose grid or a segmentation; open the images that it "
                + "refers to.")
            { IsForeign = true };
        }

        if (source.Pixels is null && source.DataSet.Any(element => element.Tag.Group == 0x5400))
        {
            throw new DicomDataException("the object is a waveform; choose an image.") { IsForeign = true };
        }

        // A file may be cut between two elements: what is left of an image is a whole data set, but for its pixels.
        if (source.Pixels is null && (source.DataSet.Contains(Tags.Rows) || _images.Contains(sopClass) || sopClass.Length == 0))
        {
            throw new DicomDataException("it ends before its pixels; it is truncated, copy it again.");
        }

        return source;
    }

    /// <summary>Reads what a slice needs of an object.</summary>
    public static DicomSlice Read(DicomObject source, PixelLayout layout, int frame, ImageReadOptions options)
    {
        var dataSet = source.DataSet;
        var modality = dataSet.GetString(Tags.Modality);
        var transform = ModalityTransform.Of(dataSet, frame, layout.Signed);
        double[] Measures(DicomTag tag) => FunctionalGroups.GetDoubles(dataSet, frame, Tags.PixelMeasuresSequence, tag);
        return new DicomSlice
        {
            Source = new(source.Content, source.Syntax, source.Pixels),
            Frame = frame,
            Layout = layout,
            Transform = transform,
            Quantity = SliceQuantity.Of(dataSet, modality, transform, options),
            SopClassUid = dataSet.GetString(Tags.SopClassUid) ?? "",
            SopInstanceUid = dataSet.GetString(Tags.SopInstanceUid) ?? "",
            SeriesInstanceUid = dataSet.GetString(Tags.SeriesInstanceUid) ?? "",
            Modality = modality,
            SeriesNumber = dataSet.TryGetInt(Tags.SeriesNumber),
            InstanceNumber = dataSet.TryGetInt(Tags.InstanceNumber),
            Dimensions = SliceDimensions.Of(dataSet, frame),
            Times = SliceTimes.Of(dataSet, frame),
            IsMosaic = dataSet.GetStrings(Tags.ImageType).Contains("MOSAIC"),
            Plane = PatientPlane.Of(dataSet, frame),
            Spacing = Measures(Tags.PixelSpacing) is [> 0 and var rows, > 0 and var columns, ..] ? (rows, columns) : null,
            Thickness = Measures(Tags.SliceThickness) is [> 0 and var thickness, ..] ? thickness : null,
            NominalDistance = Measures(Tags.SpacingBetweenSlices) is [> 0 and var distance, ..] ? distance : null,
            Padding = PixelPadding.Of(dataSet, layout),
            HasFunctionalGroups = dataSet.GetItems(Tags.PerFrameFunctionalGroupsSequence).Count > 0,
        };
    }
}
