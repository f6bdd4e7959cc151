using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Samples;

/// <summary>Folders of scans through <c>restore</c>.</summary>
[TestClass]
public sealed class RestoreFoldersTests
{
    private static readonly TemporaryFolder _models = new();

    private static string Model => _models["untrained.safetensors"];

    [ClassInitialize]
    public static void MakeModel(TestContext _) => RestoreCommandTests.SaveModel(Model);

    [ClassCleanup]
    public static void RemoveModel() => _models.Dispose();

    [TestMethod]
    public async Task A_folder_is_restored_file_by_file_and_resumed()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["in/a.nii"]);
        NiftiSamples.WriteRamp(folder["in/deep/b.hdr"]);
        string[] command = ["restore", folder["in"], "--model", Model, "--task", "CT", "--out", folder["out"]];
        (await Cli.RunAsync(command)).AssertDone();
        CollectionAssert.IsSubsetOf(new[] { "out/a.nii", "out/deep/b.hdr", "out/deep/b.img" }, folder.Files);

        (await Cli.RunAsync(command)).AssertFailed(1, "--overwrite");
        File.Delete(folder["out/a.nii"]);
        var resumed = await Cli.RunAsync([.. command, "--resume", "--json"]);
        resumed.AssertDone();
        Assert.AreEqual(1, JsonDocument.Parse(resumed.Output).RootElement.GetArrayLength());
        (await Cli.RunAsync([.. command, "--overwrite"])).AssertDone();
    }

    [TestMethod]
    public async Task A_folder_is_a_study_whose_series_are_all_restored()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        foreach (var (series, place) in new[] { ("1.2.3.4", "a"), ("1.2.3.5", "b"), ("1.2.3.6", "c"), ("1.2.3.7", "c") })
        {
            files.Write(SyntheticDicom.Slice(1, 0, series), $"{place}/{series}.1");
            files.Write(SyntheticDicom.Slice(2, 1, series), $"{place}/{series}.2");
        }

        // A capture in grey lies beside them.
        var capture = SyntheticDicom.Slice(1, 0, "1.2.3.8");
        capture.SetText(Tags.Modality, DicomVr.CS, "OT");
        files.Write(capture, "c/capture");
        string[] command = ["restore", files.Folder, "--model", Model];
        (await Cli.RunAsync([.. command, "--out", folder["one"], "--series", "1.2.3.5"])).AssertDone();
        CollectionAssert.AreEqual(new[] { "one/b/IM00001.dcm", "one/b/IM00002.dcm" }, folder.Files);
        var run = await Cli.RunAsync([.. command, "--out", folder["out"]]);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Errors, "1.2.3.8) is left out: its modality is none of CT, MR and PT", StringComparison.Ordinal);
        Assert.HasCount(10, folder.Files);
        foreach (var series in new[] { "a", "b", "c/series", "c/series-2" })
        {
            using var scan = ImageFormats.Open(folder[$"out/{series}"]);
            Assert.AreEqual(2, scan.SliceCount);
        }
    }

    [TestMethod]
    public async Task A_batch_goes_on_after_a_bad_image_and_resumes_what_failed()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a", "b", "c" })
        {
            NiftiSamples.WriteRamp(folder[$"in/{name}.nii"]);
        }

        var good = File.ReadAllBytes(folder["in/b.nii"]);
        File.WriteAllBytes(folder["in/b.nii"], good[..^10]);
        string[] command = ["restore", folder["in"], "--model", Model, "--task", "CT", "--out", folder["out"]];
        var run = await Cli.RunAsync(command);
        run.AssertFailed(1, "1 of 3 images failed");
        StringAssert.Contains(run.Output, "b.nii", StringComparison.Ordinal);
        Assert.IsTrue(File.Exists(folder["out/a.nii"]) && File.Exists(folder["out/c.nii"]) && !File.Exists(folder["out/b.nii"]));

        File.WriteAllBytes(folder["in/b.nii"], good);
        var resumed = await Cli.RunAsync([.. command, "--resume", "--json"]);
        resumed.AssertDone();
        Assert.AreEqual(folder["in/b.nii"],
            JsonDocument.Parse(resumed.Output).RootElement.EnumerateArray().Single().GetProperty("source").GetString());
    }

    [TestMethod]
    public async Task Images_of_one_name_from_different_folders_keep_apart()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "p1/t/scan.nii", "p2/t/scan.nii", "p2/other.nii" })
        {
            NiftiSamples.WriteRamp(folder[name]);
        }

        string[] command = ["restore", "--model", Model, "--task", "CT", "--out", folder["out"]];
        (await Cli.RunAsync([
            .. command, folder["p1/t/scan.nii"], folder["p2/t/scan.nii"], folder["p2/other.nii"], folder["p2/other.nii"],
        ])).AssertDone();
        CollectionAssert.IsSubsetOf(new[] { "out/other.nii", "out/p1/t/scan.nii", "out/p2/t/scan.nii" }, folder.Files);
    }

    [TestMethod]
    [DataRow("08_folder_with_colour_capture", "1.2.826.0.1.3680043.10.999.9) is left out: the image is in colour")]
    [DataRow("09_folder_with_damaged_file", "1.2.826.0.1.3680043.10.999.88) is left out")]
    [DataRow("26_empty_last_slice", "004.dcm' is left out: empty, or a pipe or device")]
    public async Task What_is_left_out_is_said_with_its_series(string fault, string word)
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Path($"data/faults/imaging/{fault}");
        var run = await Cli.RunAsync("restore", source, "--model", Model, "--out", folder["out"]);
        var isDamaged = !fault.Contains("colour", StringComparison.Ordinal);
        Assert.AreEqual(isDamaged ? 1 : 0, run.ExitCode, run.Errors);
        Assert.AreEqual(isDamaged, run.Output.Contains("Not restored", StringComparison.Ordinal), run.Output);
        StringAssert.Contains(run.Errors, word, StringComparison.Ordinal);
        var inspected = await Cli.RunAsync("inspect", source, "--json");
        Assert.AreEqual(0, inspected.ExitCode, inspected.Errors);
        StringAssert.Contains(inspected.Errors, word, StringComparison.Ordinal);
        using var scan = ImageFormats.Open(folder[$"out/{fault}"]);
        JsonElement[] facts = [.. JsonDocument.Parse(inspected.Output).RootElement.EnumerateArray()];
        Assert.AreEqual(facts[0].GetProperty("frames").GetInt32(), scan.SliceCount);
        Assert.AreEqual(isDamaged, facts[1].GetProperty("isDamaged").GetBoolean());
        StringAssert.Contains(inspected.Errors, $"is left out: {facts[1].GetProperty("leftOut").GetString()}", StringComparison.Ordinal);

        // A file that does not tell its series may be of the one that was asked for.
        var mayLack = word.StartsWith("004", StringComparison.Ordinal);
        var chosen = await Cli.RunAsync("restore", source, "--model", Model, "--out", folder["again"], "--series",
            "1.2.826.0.1.3680043.10.999.2", "--json");
        Assert.AreEqual(mayLack ? 1 : 0, chosen.ExitCode, chosen.Errors);
        JsonElement[] results = [.. JsonDocument.Parse(chosen.Output).RootElement.EnumerateArray()];
        Assert.HasCount(mayLack ? 2 : 1, results);
        Assert.AreEqual(scan.SliceCount, results[0].GetProperty("slices").GetInt32());
        Assert.IsTrue(!mayLack || results[1].GetProperty("isDamaged").GetBoolean());
    }

    [TestMethod]
    public async Task A_derivative_data_set_of_BIDS_has_sidecars()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["restore", TestData.Path("data/faults/imaging/12_mixed"), "--model", Model, "--task", "MRI", "--bids"];
        (await Cli.RunAsync(command)).AssertFailed(2, "--bids requires --out to be a folder");
        (await Cli.RunAsync([.. command, "--out", folder["out"]])).AssertDone();
        CollectionAssert.AreEqual(
            new[]
            {
                "out/dataset_description.json",
                "out/sub-01/anat/sub-01_desc-restored_T1w.json", "out/sub-01/anat/sub-01_desc-restored_T1w.nii.gz",
                "out/sub-sourcedatadcm/anat/sub-sourcedatadcm_desc-restored_mri.json",
                "out/sub-sourcedatadcm/anat/sub-sourcedatadcm_desc-restored_mri.nii.gz",
            },
            folder.Files);
        StringAssert.Contains(File.ReadAllText(folder["out/sub-01/anat/sub-01_desc-restored_T1w.json"]),
            "\"bids:source:sub-01_T1w.nii.gz\"", StringComparison.Ordinal);
        StringAssert.Contains(File.ReadAllText(folder["out/sub-01/anat/sub-01_desc-restored_T1w.json"]), "sha256:",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task DICOM_and_NIfTI_side_by_side_are_both_restored()
    {
        using var folder = new TemporaryFolder();
        (await Cli.RunAsync("restore", TestData.Path("data/faults/imaging/12_mixed"), "--model", Model, "--task", "MRI", "--out",
            folder["out"])).AssertDone();
        CollectionAssert.AreEqual(
            new[] { "out/sourcedata/dcm/IM00001.dcm", "out/sourcedata/dcm/IM00002.dcm", "out/sub-01_T1w.nii.gz" }, folder.Files);
    }
}
