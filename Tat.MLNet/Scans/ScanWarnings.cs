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
    public static IEnumerable<string> Of(IImageScan scan, IImageRestorer restorer, RestorationTask task) =>
        [.. OfFiles(scan), .. restorer.WarningsFor(scan.ReadSlice(scan.SliceCount / 2), task, scan.PixelSpacing(), scan.Modality)];

    private static IEnumerable<string> OfFiles(IImageScan scan) => scan.AsOpened() switch
    {
        NiftiScan nifti => NiftiOrientation.ProblemOf(nifti.File.Header) is { } problem ? [problem] : [],
        DicomScan dicom => [.. dicom.Problems, .. dicom.Remarks, .. dicom.LeftOut.Select(file => file.ToString())],
        _ => [],
    };
}
