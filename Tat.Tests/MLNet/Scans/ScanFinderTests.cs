using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Scans;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Scans;

[TestClass]
public class ScanFinderTests
{
    [TestMethod]
    public void Foreign_and_damaged_files_are_left_out_with_their_series()
    {
        using var files = new SyntheticDicom();
        for (var i = 1; i <= 3; i++)
        {
            files.Write(SyntheticDicom.Slice(i, i), $"{i}.dcm");
        }

        var colour = SyntheticDicom.Slice(1, 0, "1.2.3.9");
        colour.SetText(Tags.PhotometricInterpretation, DicomVr.CS, "RGB");
        files.Write(colour, "colour.dcm");
        var dose = SyntheticDicom.Slice(1, 0, "1.2.3.8");
        dose.SetText(Tags.Modality, DicomVr.CS, "RTDOSE");
        files.Write(dose, "dose.dcm");
        var whole = File.ReadAllBytes(files.Write(SyntheticDicom.Slice(4, 4), "whole.dcm"));
        File.Delete(Path.Combine(files.Folder, "whole.dcm"));
        File.WriteAllBytes(Path.Combine(files.Folder, "cut pixels.dcm"), whole[..^10]);
        File.WriteAllBytes(Path.Combine(files.Folder, "cut header.dcm"), whole[..^120]);
        File.WriteAllBytes(Path.Combine(files.Folder, "no pixels.dcm"), whole[..^108]);
        File.WriteAllBytes(Path.Combine(files.Folder, "empty.dcm"), []);
        File.WriteAllText(Path.Combine(files.Folder, "text.dcm"), "a text that is called an image");
        File.WriteAllText(Path.Combine(files.Folder, "text.txt"), "a text");
        File.WriteAllText(Path.Combine(files.Folder, ".hidden.dcm"), "");

        var (scans, leftOut) = ScanFinder.Find([files.Folder]);
        Assert.AreEqual("1.2.3.4", scans.Single().SeriesInstanceUid);
        CollectionAssert.AreEquivalent(
            new[] { ("colour.dcm", "1.2.3.9"), ("dose.dcm", "1.2.3.8"), ("empty.dcm", null), ("text.dcm", null) },
            leftOut.Select(file => (Path.GetFileName(file.Path), file.SeriesInstanceUid)).ToArray());
        using var scan = (DicomScan)scans.Single().Open();
        Assert.AreEqual(3, scan.SliceCount);
        CollectionAssert.AreEquivalent(new[] { "cut pixels.dcm", "cut header.dcm", "no pixels.dcm" },
            scan.LeftOut.Select(file => Path.GetFileName(file.Path)).ToArray());
        Assert.Contains("cut pixels.dcm", scan.Properties["Left out"]);
    }

    [TestMethod]
    public void All_files_of_a_series_that_cannot_be_read_are_one_scan()
    {
        using var files = new SyntheticDicom();
        for (var i = 1; i <= 4; i++)
        {
            var slice = SyntheticDicom.Slice(i, i);
            if (i > 1)
            {
                slice.Remove(Tags.RescaleSlope);
                slice.Remove(Tags.RescaleIntercept);
            }

            files.Write(slice, $"{i}.dcm");
        }

        var scan = ScanFinder.Find([files.Folder]).Scans.Single();
        Assert.Contains("2.dcm': the CT image has neither", Assert.ThrowsExactly<ImageFormatException>(scan.Open).Message);
    }

    [TestMethod]
    public void Results_that_are_to_name_nobody_are_numbered()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0), "Doe^Jane.dcm");
        files.Write(SyntheticDicom.Slice(1, 0, "1.2.3.5"), "Doe^John.dcm");
        var jobs = ScanJob.Plan(ScanFinder.Find([files.Folder]).Scans, "out", numbered: true);
        CollectionAssert.AreEqual(
            new[] { "scan-0001", "scan-0002" }, jobs.Select(job => Path.GetFileNameWithoutExtension(job.Destination)).ToArray());
    }

    [TestMethod]
    public void Only_the_series_that_is_asked_for_is_judged()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0), "good.dcm");
        var uncalibrated = SyntheticDicom.Slice(1, 0, "1.2.3.5");
        uncalibrated.Remove(Tags.RescaleSlope);
        uncalibrated.Remove(Tags.RescaleIntercept);
        files.Write(uncalibrated, "bad.dcm");
        var (all, _) = ScanFinder.Find([files.Folder]);
        Assert.AreEqual("bad, good", string.Join(", ", all.Select(scan => scan.Name)));
        Assert.Contains("HU are unknown", Assert.ThrowsExactly<ImageFormatException>(() => all[0].Open()).Message);
        var (one, leftOut) = ScanFinder.Find([files.Folder], new() { SeriesInstanceUid = "1.2.3.4" });
        Assert.AreEqual(("good", 0), (one.Single().Name, leftOut.Count));
        using var scan = one[0].Open();
        Assert.Contains("1.2.3.77", Assert.ThrowsExactly<FileNotFoundException>(() =>
            ScanFinder.Find([files.Folder], new() { SeriesInstanceUid = "1.2.3.77" })).Message);
    }

    [TestMethod]
    public void Scans_are_called_as_their_files_and_folders()
    {
        using var files = new SyntheticDicom();
        string Below(string name) => Path.Combine(files.Folder, name);
        NiftiSamples.WriteRamp(Below("my.img.files/a.nii.gz"));
        NiftiSamples.WriteRamp(Below("my.img.files/pair.img"));
        for (var i = 1; i <= 2; i++)
        {
            files.Write(SyntheticDicom.Slice(i, i, "1.1"), $"copy1/{i}");
            files.Write(SyntheticDicom.Slice(i, i, "1.1"), $"copy2/{i}");
            files.Write(SyntheticDicom.Slice(i, i, "1.2"), $"spread/{i}/{i}");
            var numbered = SyntheticDicom.Slice(i, i, $"1.3.{i}");
            numbered.SetText(Tags.SeriesNumber, DicomVr.IS, "7");
            files.Write(numbered, $"both/{i}a");
            numbered.SetText(Tags.SopInstanceUid, DicomVr.UI, $"1.3.9.{i}");
            numbered.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", "9"]);
            files.Write(numbered, $"both/{i}b");
        }

        files.Write(SyntheticDicom.Slice(1, 1, "1.4"), "single.dcm");
        var (scans, leftOut) = ScanFinder.Find([files.Folder]);
        Assert.IsEmpty(leftOut);
        CollectionAssert.AreEqual(
            new[] { "both/series-7", "both/series-7-2", "copy1", "copy2", "my.img.files/a", "my.img.files/pair", "single", "spread" },
            scans.Select(scan => scan.Name).ToArray());
        foreach (var found in scans)
        {
            using var scan = found.Open();
            Assert.AreEqual(found.Name == "single" ? 1 : 2, scan.SliceCount, found.Name);
        }
    }

    [TestMethod]
    public void A_folder_without_scans_says_what_was_left_out()
    {
        using var files = new SyntheticDicom();
        File.WriteAllBytes(Path.Combine(files.Folder, "empty.dcm"), []);
        Assert.Contains("empty.dcm' is left out",
            Assert.ThrowsExactly<FileNotFoundException>(() => ScanFinder.Find([files.Folder])).Message);
        Assert.ThrowsExactly<FileNotFoundException>(() => ScanFinder.Find([Path.Combine(files.Folder, "absent")]));
    }
}
