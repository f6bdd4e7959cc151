using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>What to know of a scan that was read, and of its being unlike those that the model was trained on.</summary>
internal static class ScanWarnings
{
    /// <summary>Judges a scan by its geometry, its unit, its times, its files and its middle slice.</summary>
    public static IEnumerable<string> Of(IImageScan scan, IImageRestorer restorer, RestorationTask task, string destination) =>
    [
        .. OfFiles(scan), .. OfUnit(scan, task), .. OfTimes(scan, destination),
        .. restorer.WarningsFor(MiddleOf(scan), task, scan.PixelSpacing(), scan.Modality),
    ];

    /// <summary>The middle slice; what a finer grid has room for is empty, whatever the values look like on it.</summary>
    private static ImageSlice MiddleOf(IImageScan scan)
    {
        var slice = scan.ReadImage(scan.SliceCount / 2);
        return scan is UpsampledScan grid ? slice.InVolume(IntensityLevel.Of(slice), grid.MeasureExtent([slice])) : slice;
    }

    /// <summary>Maps of electron density or of atomic numbers are CT images, too.</summary>
    private static string[] OfUnit(IImageScan scan, RestorationTask task) =>
        scan.AsOpened() is DicomScan { Modality: "CT" or "PT", Unit: var unit } && unit != task.Unit
            ? [$"its values are {(unit is null ? "in a unit that it does not tell" : $"in {unit}")}, and the task is for {task.Unit}"]
            : [];

    /// <summary>NIfTI has one time step for all volumes, DICOM a time for each.</summary>
    private static string[] OfTimes(IImageScan scan, string destination) =>
        NiftiPaths.EndingOf(destination) is not null && scan.AsOpened() is DicomScan dicom
            && dicom.Parts.Any(part => part.SliceCount > part.SlicesPerVolume && part.TimeStep is null)
            ? ["its volumes are not equally far apart in time, or do not tell: the NIfTI file has no time step"]
            : [];

    private static IEnumerable<string> OfFiles(IImageScan scan) => scan.AsOpened() switch
    {
        NiftiScan nifti => NiftiOrientation.ProblemOf(nifti.File.Header) is { } problem ? [problem] : [],
        DicomScan dicom => [.. dicom.Problems, .. dicom.Remarks, .. dicom.LeftOut.Select(file => file.ToString())],
        _ => [],
    };
}
