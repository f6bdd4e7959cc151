using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Model;

namespace Tat.Tests.Scans;

/// <summary>How far values may be off, beside results.</summary>
[TestClass]
public sealed class ScanMarginTests
{
    private static readonly ModelCard _card = new()
    {
        Margins = new Dictionary<string, MarginFactors> { ["CT"] = new() { Spread = 5, Signal = 0.01 } },
    };

    [TestMethod]
    public void A_series_has_its_margins_in_a_second_series_about_zero()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        files.Write(SyntheticDicom.Slice(2, 1));
        using var restorer = new Increment(card: _card);

        // Too little memory for the slices: they wait in a file.
        var result = restorer.RestoreScan(files.Folder, folder["out"], new() { Uncertainty = true, KeptBytes = 1 });
        CollectionAssert.AreEquivalent(folder.Files.Select(file => folder[file]).ToArray(), result.Files.ToArray());
        Assert.HasCount(2, result.SeriesInstanceUids);
        using var restored = ImageFormats.Open(folder["out"]);
        using var margins = ImageFormats.Open(folder["out_margin"]);
        Assert.AreEqual(restored.Affine!.ToString(), margins.Affine!.ToString());
        for (var slice = 0; slice < 2; slice++)
        {
            var (values, widths) = (restored.ReadSlice(slice).Pixels, margins.ReadSlice(slice).Pixels);
            for (var i = 0; i < values.Length; i++)
            {
                Assert.AreEqual(0.01 * 4096 * Math.Sqrt(Math.Max(0, (values[i] + 1024) / 4096)), widths[i], 0.51, "HU are whole.");
            }
        }

        var data = DicomProviders.Current.Read(Directory.GetFiles(folder["out_margin"])[0]).DataSet;
        StringAssert.EndsWith(data.GetString(Tags.SeriesDescription), "TAT 90 % margin – not for diagnostic use", StringComparison.Ordinal);
        Assert.AreEqual(result.SeriesInstanceUids[1], data.GetString(Tags.SeriesInstanceUid));
        StringAssert.Contains(data.GetString(Tags.DerivationDescription), "90 of 100 pixels", StringComparison.Ordinal);
    }

    [TestMethod]
    public void UIDs_that_follow_from_a_seed_are_others_for_margins_than_for_results()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        using var restorer = new Increment(card: _card);
        var plain = restorer.RestoreScan(files.Folder, folder["plain"], new() { Derived = new() { UidSeed = "a" } });
        var both = restorer.RestoreScan(files.Folder, folder["both"], new() { Uncertainty = true, Derived = new() { UidSeed = "a" } });
        Assert.HasCount(2, both.SeriesInstanceUids);
        Assert.HasCount(2, both.SopInstanceUids.Distinct());
        Assert.AreEqual(plain.SopInstanceUids[0], both.SopInstanceUids[0]);
    }

    [TestMethod]
    public void A_file_has_its_margins_in_a_second_file_with_a_sidecar_of_its_own()
    {
        using var folder = new TemporaryFolder();
        var source = NiftiSamples.WriteRamp(folder["ramp.hdr"]);
        using var restorer = new Increment(card: _card);
        var result = restorer.RestoreScan(
            source, folder["a_desc-restored_ct.nii.gz"], new() { Task = "CT", Uncertainty = true, SidecarSources = ["ramp"] });
        CollectionAssert.AreEqual(
            new[] { "a_desc-restored_ct.nii.gz", "a_desc-restored_ct.json", "a_desc-margin_ct.nii.gz", "a_desc-margin_ct.json" }.Select(
                file => folder[file]).ToArray(),
            result.Files.ToArray());
        using var sidecar = JsonDocument.Parse(File.ReadAllBytes(folder["a_desc-margin_ct.json"]));
        StringAssert.StartsWith(sidecar.RootElement.GetProperty("Description").GetString(), "TAT 90 % margin", StringComparison.Ordinal);
        using var restored = ImageFormats.Open(result.Destination);
        using var margins = ImageFormats.Open(folder["a_desc-margin_ct.nii.gz"]);
        var (value, width) = (restored.ReadSlice(0).Pixels[0], margins.ReadSlice(0).Pixels[0]);
        Assert.AreEqual(0.01 * 4096 * Math.Sqrt((value + 1024) / 4096), width, 1e-3);
    }

    [TestMethod]
    public void What_cannot_be_said_is_refused_before_the_work()
    {
        using var folder = new TemporaryFolder();
        var source = NiftiSamples.WriteRamp(folder["ramp.nii"]);
        using var restorer = new Increment(card: _card);
        var options = new ScanRestorationOptions { Task = "CT", Uncertainty = true };
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => restorer.RestoreScan(
            source, folder["out.nii"], options with { Task = "MRI" })).Message, "not calibrated for MRI", StringComparison.Ordinal);
        foreach (var other in new[] { options with { Strength = 0.5 }, options with { LocalMeans = true } })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => restorer.RestoreScan(source, folder["out.nii"], other));
        }

        File.WriteAllText(folder["out_margin.nii"], "");
        Assert.ThrowsExactly<IOException>(() => restorer.RestoreScan(source, folder["out.nii"], options));
        Assert.IsFalse(File.Exists(folder["out.nii"]));
    }

    [TestMethod]
    [DataRow("x.nii.gz", "x_margin.nii.gz")]
    [DataRow("a.b/x.dcm", "a.b/x_margin.dcm")]
    [DataRow("series/", "series_margin")]
    [DataRow("1.2.840", "1.2.840_margin")]
    [DataRow("anat/sub-1_desc-restored_T1w.nii", "anat/sub-1_desc-margin_T1w.nii")]
    public void Margins_lie_beside_their_result(string result, string margins) => Assert.AreEqual(margins, ScanJob.MarginOf(result));
}
