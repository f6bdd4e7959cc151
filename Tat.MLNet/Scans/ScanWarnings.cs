using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;
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
        return [.. OfFiles(scan), .. unlike];
    }

    private static IEnumerable<string> OfFiles(IImageScan scan) => scan switch
    {
        ReslicedScan resliced => OfFiles(resliced.Source),
        DicomScan dicom => [.. dicom.Problems, .. dicom.Remarks, .. dicom.LeftOut.Select(file => file.ToString())],
        _ => [],
    };
}
