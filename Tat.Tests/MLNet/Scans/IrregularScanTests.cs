using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Scans;

/// <summary>Series that are no regular volume: restoration is in the plane of the slices, which stay where they are.</summary>
[TestClass]
public class IrregularScanTests
{
    [TestMethod]
    [DataRow("missing", "1 slice is missing: 1 gap where slices are 2 mm apart")]
    [DataRow("uneven", "distances between slices is larger than 2 mm")]
    [DataRow("double", "1 slice lies at the position of another one")]
    [DataRow("nowhere", "1 of 6 slices has no position or orientation")]
    public void A_series_with_gaps_or_doubles_is_restored_in_its_place_and_makes_no_NIfTI(string kind, string problem)
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        foreach (var data in Series(kind))
        {
            files.Write(data);
        }

        using var restorer = new Increment();
        var result = restorer.RestoreScan(files.Folder, folder["out"]);
        Assert.Contains(problem, string.Join("; ", result.Warnings));
        using var before = ImageFormats.Open(files.Folder, new() { AllowIrregularSeries = true });
        using var after = ImageFormats.Open(folder["out"], new() { AllowIrregularSeries = true });
        Assert.AreEqual(6, after.SliceCount);
        Assert.AreEqual(before.Properties["Irregular"], after.Properties["Irregular"]);
        for (var i = 0; i < 6; i++)
        {
            CollectionAssert.AreEqual(Array.ConvertAll(before.ReadSlice(i).Pixels, value => value + 1), after.ReadSlice(i).Pixels);
        }

        var refusal = Assert.ThrowsExactly<InvalidDataException>(() => restorer.RestoreScan(files.Folder, folder["x.nii.gz"])).Message;
        Assert.Contains(files.Folder, refusal);
        Assert.Contains(problem, refusal);
        Assert.IsFalse(File.Exists(folder["x.nii.gz"]));
        restorer.RestoreScan(files.Folder, folder["x.nii.gz"], new() { Reading = new() { AllowIrregularSeries = true } });
        using var stacked = ImageFormats.Open(folder["x.nii.gz"]);
        Assert.AreEqual((6, (PatientAffine?)null), (stacked.SliceCount, stacked.Affine));
    }

    [TestMethod]
    public void Cuts_in_another_plane_and_NIfTI_are_refused_with_the_reason_and_inspect_says_so()
    {
        using var files = new SyntheticDicom();
        foreach (var data in Series("missing"))
        {
            files.Write(data);
        }

        using var restorer = new Increment();
        var source = ScanFinder.Find([files.Folder]).Scans.Single();
        using var scan = source.OpenSlices();
        Assert.Contains("a NIfTI result would be refused: it is no regular volume: 1 slice is missing",
            string.Join("; ", new ScanCheck(source, scan).Findings));
        Assert.ThrowsExactly<ImageFormatException>(source.Open);
        Assert.Contains("would need resampling", Assert.ThrowsExactly<InvalidDataException>(() =>
            restorer.RestoreScan(files.Folder, files.Folder + ".out", new() { Reading = new() { Plane = SlicePlane.Sagittal } })).Message);
    }

    private static IEnumerable<DicomDataSet> Series(string kind)
    {
        for (var i = 0; i < 6; i++)
        {
            var data = SyntheticDicom.Slice(
                i + 1, (kind, i) switch { ("missing", > 3) => 2 * (i + 1), ("uneven", 5) => 10.6, ("double", 3) => 4, _ => 2 * i });
            if (kind == "nowhere" && i == 3)
            {
                data.Remove(Tags.ImagePositionPatient);
            }

            yield return data;
        }
    }
}
