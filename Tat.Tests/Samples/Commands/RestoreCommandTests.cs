using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Formats;
using Tat.MLNet.Scoring;
using Tat.Samples.Shared;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class RestoreCommandTests
{
    private static readonly TemporaryFolder _models = new();

    private static string Model => _models["untrained.safetensors"];

    [ClassInitialize]
    public static void MakeModel(TestContext _) => SaveModel(Model);

    [ClassCleanup]
    public static void RemoveModel() => _models.Dispose();

    /// <summary>A small model that has learnt nothing.</summary>
    internal static void SaveModel(string path)
    {
        var options = TatNetworkOptions.Small with { Width = 8, Blocks = [1, 1, 1, 1], RepresentationFeatures = 4, TrainSize = 32 };
        using var model = new TatModel(new TatNetwork(options, seed: 1), TaskVocabulary.Paper, new ModelCard { Data = "nothing" });
        model.Save(path);
    }

    /// <summary>What is asked for on the command line would otherwise be done twice, and margins be those of a mean.</summary>
    [TestMethod]
    public void The_program_takes_the_model_of_a_pipeline_however_that_applies_it()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable<ImageInput>([]);
        foreach (var options in new TatOnnxEstimator.Options[]
        {
            new() { Strength = 0.5, LocalMeans = true, Ensemble = true }, new() { MarginColumnName = "Margin" },
        })
        {
            using var pipeline = ml.ImageRestoration.ApplyOnnx(options).Fit(rows);
            ml.Model.Save(pipeline, rows.Schema, folder["onnx.zip"]);
            using var restorer = ModelFiles.Open(folder["onnx.zip"]);
            Assert.IsInstanceOfType<OnnxRestorer>(restorer);
        }
    }

    [TestMethod]
    [DataRow("out.nii.gz", "out.nii.gz")]
    [DataRow("folder", "folder/v_t2_u8.nii.gz")]
    public async Task A_volume_keeps_its_geometry(string output, string written)
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Path("data/nifti/v_t2_u8.nii.gz");
        (await Cli.RunAsync("restore", source, "--model", Model, "--task", "MRI", "--out", folder[output])).AssertDone();
        CollectionAssert.AreEqual(new[] { written }, folder.Files);
        using var before = ImageFormats.Open(source);
        using var after = ImageFormats.Open(folder[written]);
        Assert.AreEqual((before.Rows, before.Columns, before.SliceCount), (after.Rows, after.Columns, after.SliceCount));
        Assert.AreEqual(before.Affine!.ToString(), after.Affine!.ToString());
        Assert.IsTrue(NiftiSamples.SlicesOf(after).All(slice => slice.Pixels.All(value => value is >= 0 and <= 4095)));
    }

    [TestMethod]
    public async Task A_result_names_the_hash_of_the_model_in_the_box()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["sub-01_T1w.nii"]);
        (await Cli.RunAsync("restore", folder["sub-01_T1w.nii"], "--task", "MRI", "--bids", "--out", folder["out"])).AssertDone();
        using var sidecar = JsonDocument.Parse(File.ReadAllBytes(folder["out/sub-01/anat/sub-01_desc-restored_T1w.json"]));
        using var model = TatPretrained.OpenFile();
        Assert.AreEqual($"sha256:{Convert.ToHexStringLower(SHA256.HashData(model))}",
            sidecar.RootElement.GetProperty("GeneratedBy")[0].GetProperty("ModelHash").GetString());
    }

    [TestMethod]
    public async Task Any_plane_can_be_restored()
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Path("data/nifti/v_t2_ASL.nii.gz");
        (await Cli.RunAsync("restore", source, "--model", Model, "--task", "MRI", "--out", folder["a.nii"], "--plane",
            "axial")).AssertDone();
        using var scan = ImageFormats.Open(folder["a.nii"]);
        Assert.AreEqual("ASL", scan.Affine!.Orientation);
        Assert.AreEqual((4, 96, 96), (scan.Rows, scan.Columns, scan.SliceCount));
    }

    [TestMethod]
    public async Task Cancelling_leaves_no_half_volume()
    {
        using var folder = new TemporaryFolder();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        (await Cli.RunAsync(cancelled.Token, "restore", TestData.Path("data/nifti/v_t2_u8.nii.gz"), "--model", Model, "--task", "MRI",
            "--out", folder["out.nii"])).AssertFailed(1, "cancelled");
        Assert.HasCount(0, folder.Files);
    }

    [TestMethod]
    public async Task What_cannot_be_done_is_explained()
    {
        using var folder = new TemporaryFolder();
        var ramp = NiftiSamples.WriteRamp(folder["in/ramp.nii"]);
        (await Cli.RunAsync("restore", ramp, "--model", folder["absent.zip"], "--task", "CT")).AssertFailed(1, "absent.zip");
        (await Cli.RunAsync("restore", ramp, "--model", Model, "--task", "X-ray", "--out", folder["x.nii"])).AssertFailed(
            1, "known tasks are PET, CT, MRI");
        (await Cli.RunAsync("restore", ramp, "--model", Model, "--out", folder["x.nii"])).AssertFailed(
            1, "name its task, one of PET, CT, MRI");
        (await Cli.RunAsync("restore", ramp, "--model", Model, "--task", "CT", "--out", folder["in"])).AssertFailed(
            1, "replaced by its own result");
        (await Cli.RunAsync("restore", folder["in"], "--model", ramp, "--task", "CT", "--out", folder["x.nii"])).AssertFailed(
            1, "not a model");
        var nan = TestData.Path("data/nifti/resampled_anat_moved.nii");
        (await Cli.RunAsync("restore", nan, "--model", Model, "--task", "MRI", "--out", folder["x.nii"])).AssertFailed(
            1, "resampled_anat_moved.nii': slice 1 has the value NaN");
        (await Cli.RunAsync("evaluate", "--lq", nan, "--hq", nan, "--task", "MRI", "--model", Model)).AssertFailed(
            1, "resampled_anat_moved.nii': slice 1 has the value NaN");
        Assert.HasCount(1, folder.Files);
    }

    [TestMethod]
    public async Task A_restored_series_is_replaced_on_request_and_nothing_else_is_lost()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        files.Write(SyntheticDicom.Slice(2, 1));
        var result = folder[$"out/{Path.GetFileName(files.Folder)}"];
        string[] command = ["restore", files.Folder, "--model", Model, "--out", folder["out"]];
        (await Cli.RunAsync(command)).AssertDone();
        (await Cli.RunAsync(command)).AssertFailed(1, "--overwrite");

        File.Copy(Directory.GetFiles(result)[0], Path.Combine(result, "left over.dcm"));
        (await Cli.RunAsync([.. command, "--overwrite"])).AssertDone();
        Assert.HasCount(2, Directory.GetFiles(result));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder["out"]));

        File.WriteAllText(Path.Combine(result, "notes.txt"), "mine");
        (await Cli.RunAsync([.. command, "--overwrite"])).AssertFailed(1, "notes.txt");
        Assert.HasCount(3, Directory.GetFiles(result));
    }

    [TestMethod]
    public async Task One_DICOM_file_gets_the_name_that_the_user_gives()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        var slice = files.Write(SyntheticDicom.Slice(1, 0));
        (await Cli.RunAsync("restore", slice, "--model", Model, "--out", folder["a/restored.dcm"])).AssertDone();
        CollectionAssert.AreEqual(new[] { "a/restored.dcm" }, folder.Files);
        using var scan = ImageFormats.Open(folder["a/restored.dcm"]);
        Assert.AreEqual(1, scan.SliceCount);

        files.Write(SyntheticDicom.Slice(2, 1));
        (await Cli.RunAsync("restore", files.Folder, "--model", Model, "--out", folder["series.dcm"])).AssertFailed(
            1, "names one DICOM file, and the result has several; name a folder");
        (await Cli.RunAsync("restore", NiftiSamples.WriteRamp(folder["ramp.nii"]), "--task", "CT", "--model", Model, "--out",
            folder["ramp.dcm"])).AssertFailed(1, "does not name a NIfTI file");
        CollectionAssert.AreEqual(new[] { "a/restored.dcm", "ramp.nii" }, folder.Files);
    }

    [TestMethod]
    public async Task An_image_beyond_the_memory_that_is_allowed_is_restored_in_tiles()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["ramp.nii"], 300, 320);
        foreach (var memory in new[] { "1000", "10" })
        {
            (await Cli.RunAsync("restore", folder["ramp.nii"], "--task", "CT", "--model", Model, "--memory", memory, "--out",
                folder[$"{memory}.nii"])).AssertDone();
        }

        (await Cli.RunAsync("restore", folder["ramp.nii"], "--task", "CT", "--model", Model, "--memory", "0", "--out",
            folder["none.nii"])).AssertFailed(2, "--memory takes a number of megabytes, 1 or more");
        Assert.IsFalse(File.Exists(folder["none.nii"]));

        var (whole, tiled) = (Pixels("1000.nii"), Pixels("10.nii"));
        CollectionAssert.AreNotEqual(whole, tiled);
        Assert.IsLessThan(40, whole.Zip(tiled, (a, b) => Math.Abs(a - b)).Average(), "HU of 4096");

        float[] Pixels(string name)
        {
            using var scan = ImageFormats.Open(folder[name]);
            return scan.ReadSlice(0).Pixels;
        }
    }

    [TestMethod]
    public async Task Slices_with_NaN_pass_through_and_are_counted_where_the_user_allows_it()
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Path("data/nifti/resampled_anat_moved.nii");
        string[] command = ["restore", source, "--model", Model, "--task", "MRI", "--device", "cpu", "--pass-nonfinite"];
        var run = await Cli.RunAsync([.. command, "--out", folder["a.nii"], "--json"]);
        run.AssertDone();
        using var before = ImageFormats.Open(source);
        using var after = ImageFormats.Open(folder["a.nii"]);
        bool[] isFinite = [.. Enumerable.Range(0, before.SliceCount).Select(i => before.ReadSlice(i).Pixels.All(float.IsFinite))];
        var damaged = Array.IndexOf(isFinite, false);
        Assert.AreEqual(isFinite.Count(finite => !finite),
            JsonDocument.Parse(run.Output).RootElement[0].GetProperty("unrestored").GetInt32());
        CollectionAssert.AreEqual(before.ReadSlice(damaged).Pixels, after.ReadSlice(damaged).Pixels);
        StringAssert.Contains((await Cli.RunAsync([.. command, "--out", folder["b.nii"]])).Output, "left as they are",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task A_device_that_is_not_there_is_explained()
    {
        using var folder = new TemporaryFolder();
        var ramp = NiftiSamples.WriteRamp(folder["ramp.nii"]);
        (await Cli.RunAsync("restore", ramp, "--model", Model, "--task", "CT", "--out", folder["x.nii"], "--device",
            "abacus")).AssertFailed(1, "use cpu, cuda, cuda:N or auto");
        (await Cli.RunAsync("evaluate", "--lq", ramp, "--hq", ramp, "--task", "CT", "--model", Model, "--device", "cuda:99")).AssertFailed(
            1, "cuda:99");
    }

    [TestMethod]
    public async Task Inspect_prints_the_card_of_a_model()
    {
        var run = await Cli.RunAsync("inspect", Model, "--json");
        run.AssertDone();
        var model = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.AreEqual("HU", model.GetProperty("tasks")[1].GetProperty("unit").GetString());
        Assert.AreEqual("nothing", model.GetProperty("card").GetProperty("data").GetString());
        StringAssert.Contains((await Cli.RunAsync("inspect", Model)).Output, "normalised from [-1024, 3072]", StringComparison.Ordinal);
    }
}
