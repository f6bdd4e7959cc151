using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/dicom-and-nifti.md.</summary>
internal static class DicomAndNiftiPage
{
    public static void Run()
    {
        // docs/dicom-and-nifti.md
        using var scan = ImageFormats.Open("ct-series");
        Console.WriteLine($"{scan.Modality} in {scan.Unit}, {scan.Columns} × {scan.Rows} × {scan.SliceCount}, {scan.Affine?.Orientation}");
        new NiftiFormat().WriteDerived(scan, "ct.nii.gz", Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice), new() { DescriptionSuffix = "" });
        // end

        // docs/dicom-and-nifti.md
        var series = ScanFinder.Find(["ct-series"]).Scans[0];
        ScanWriteBack.WriteBack(["ct.nii.gz"], series, "restored-series");
        // end
    }
}
