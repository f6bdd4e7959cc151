using System.Collections;
using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Inference;
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

    /// <summary>As the restorer of a pipeline that was saved with options of its own.</summary>
    [TestMethod]
    public void What_a_restorer_does_by_itself_is_told_and_has_no_margins()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["in.nii"]);
        using var model = new Increment(card: _card);
        using var half = model.WithStrength(0.5);
        half.RestoreScan(folder["in.nii"], folder["out.nii"], new() { Task = "CT", Strength = 0.5, SidecarSources = [] });
        using var sidecar = JsonDocument.Parse(File.ReadAllBytes(folder["out.json"]));
        Assert.AreEqual("0.25",
            sidecar.RootElement.GetProperty("GeneratedBy")[0].GetProperty("Parameters").GetProperty("strength").GetString());
        Assert.ThrowsExactly<NotSupportedException>(
            () => half.RestoreScan(folder["in.nii"], folder["margins.nii"], new() { Task = "CT", Uncertainty = true }));
        Assert.IsFalse(File.Exists(folder["margins.nii"]));
    }

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
    public void Margins_do_not_appear_without_their_result()
    {
        using var folder = new TemporaryFolder();
        var source = NiftiSamples.WriteRamp(folder["ramp.nii"]);
        File.WriteAllText(folder["out_margin.nii"], "old");
        using var restorer = new Increment(card: _card);
        var options = new ScanRestorationOptions { Task = "CT", Uncertainty = true, Overwrite = true, SidecarSources = new ReadOnce() };

        // The result asks for the sources when the margins are complete.
        Assert.ThrowsExactly<OperationCanceledException>(() => restorer.RestoreScan(source, folder["out.nii"], options));
        CollectionAssert.AreEquivalent(new[] { "ramp.nii", "out_margin.nii" }, folder.Files.ToArray());
        Assert.AreEqual("old", File.ReadAllText(folder["out_margin.nii"]));
    }

    [TestMethod]
    public void Scans_whose_result_would_have_the_name_of_margins_are_refused_before_the_work()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["in/x.nii"]);
        NiftiSamples.WriteRamp(folder["in/x_margin.nii"]);
        var scans = ScanFinder.Find([folder["in"]]).Scans;
        Assert.HasCount(2, ScanJob.Plan(scans, folder["out"]));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => ScanJob.Plan(scans, folder["out"], margins: true)).Message,
            "The margins of 'x' and the result of another scan would both be called 'x_margin.nii'", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("out.nii", "out.nii")]
    [DataRow("out.nii", "out_margin.nii")]
    public void A_folder_in_the_place_of_a_file_is_refused_before_the_work(string destination, string taken)
    {
        using var folder = new TemporaryFolder();
        var source = NiftiSamples.WriteRamp(folder["ramp.nii"]);
        Directory.CreateDirectory(folder[taken]);
        using var restorer = new Increment(card: _card);
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => restorer.RestoreScan(
            source, folder[destination], new() { Task = "CT", Uncertainty = true, Overwrite = true })).Message,
            $"{taken}' is a folder", StringComparison.Ordinal);
        CollectionAssert.AreEqual(new[] { "ramp.nii" }, folder.Files.ToArray());
    }

    [TestMethod]
    [DataRow("x.nii.gz", "x_margin.nii.gz")]
    [DataRow("a.b/x.dcm", "a.b/x_margin.dcm")]
    [DataRow("series/", "series_margin")]
    [DataRow("1.2.840", "1.2.840_margin")]
    [DataRow("anat/sub-1_desc-restored_T1w.nii", "anat/sub-1_desc-margin_T1w.nii")]
    public void Margins_lie_beside_their_result(string result, string margins) => Assert.AreEqual(margins, ScanJob.MarginOf(result));

    /// <summary>Sources that can be listed once.</summary>
    private sealed class ReadOnce : IReadOnlyList<string>
    {
        private bool _isRead;

        public int Count => 1;

        public string this[int index] => "ramp";

        public IEnumerator<string> GetEnumerator()
        {
            if (_isRead)
            {
                throw new OperationCanceledException();
            }

            _isRead = true;
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
