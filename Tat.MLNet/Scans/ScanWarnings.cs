using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>What to know of a scan that was read, and of its being unlike those that the model was trained on.</summary>
internal static class ScanWarnings
{
    /// <summary>Judges a scan by its geometry, its files and its middle slice.</summary>
    public static IEnumerable<string> Of(IImageScan scan, IImageRestorer restorer, RestorationTask task)
    {
        var slice = scan.ReadSlice(scan.SliceCount / 2);
        var unlike = slice.Pixels.All(float.IsFinite) ? restorer.WarningsFor(slice, task, Math.Sqrt((scan.RowSpacing * scan.ColumnSpacing) ?? double.NaN)) : [];
        return [.. OfFiles(scan), .. OfModality(scan, task), .. unlike];
    }

    /// <summary>A user may restore what no model of the paper's tasks has seen, and is told so.</summary>
    private static IEnumerable<string> OfModality(IImageScan scan, RestorationTask task) =>
        scan.Modality is { } modality && ScanTask.OfModality(modality) is null && TaskVocabulary.Paper.TryGet(task.Name, out _)
            ? [$"Its modality {modality} is none that the task {task} is for: look at the result with doubt."]
            : [];

    private static IEnumerable<string> OfFiles(IImageScan scan) => scan.AsOpened() switch
    {
        NiftiScan nifti => NiftiOrientation.ProblemOf(nifti.File.Header) is { } problem ? [problem] : [],
        DicomScan dicom => [.. dicom.Problems, .. dicom.Remarks, .. dicom.LeftOut.Select(file => file.ToString())],
        _ => [],
    };
}
