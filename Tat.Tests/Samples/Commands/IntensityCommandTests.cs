using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Onnx;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

/// <summary>What the commands make of images of any scale.</summary>
[TestClass]
public sealed class IntensityCommandTests
{
    private static readonly TemporaryFolder _models = new();

    [ClassInitialize]
    public static void MakeModels(TestContext _)
    {
        using var model = ExportedModels.CreateModel(tasks: TaskVocabulary.Scans);
        model.Save(_models["scans.safetensors"]);
        File.WriteAllBytes(_models["scans.onnx"], ExportedModels.Export(model));
        File.WriteAllBytes(_models["pixels.onnx"], ExportedModels.Export(model, new() { Signature = OnnxSignature.Pixels }));
        using var paper = ExportedModels.CreateModel();
        paper.Save(_models["paper.safetensors"]);
    }

    [ClassCleanup]
    public static void RemoveModels() => _models.Dispose();

    [TestMethod]
    [DataRow("big.nii.gz", "out.nii.gz", 0.0)]
    [DataRow("unit.nii.gz", "out.nii.gz", 0.0)]
    [DataRow("neg.nii.gz", "out.nii.gz", 0.6345)]
    [DataRow("mr_phase.dcm", "out.dcm", 0.6816)]
    public async Task Scans_of_any_scale_keep_it(string file, string output, double beyond)
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Path($"data/faults/imaging/14_values_outside_range/{file}");
        using var before = ImageFormats.Open(source);
        foreach (var model in new[] { "scans.safetensors", "scans.onnx" })
        {
            var run = await Cli.RunAsync(
                "restore", source, "--model", _models[model], "--task", "MRI", "--out", folder[model + output], "--json");
            run.AssertDone();
            var share = JsonDocument.Parse(run.Output).RootElement[0].GetProperty("shareBeyondRange").GetDouble();
            Assert.AreEqual(beyond, share, 1e-4, "the voxels below 0");
            AssertKept(before, folder[model + output]);
        }
    }

    [TestMethod]
    public async Task A_file_gives_what_its_rows_give_in_a_pipeline()
    {
        using var folder = new TemporaryFolder();
        new NiftiFormat().Write(folder["mri.nii"],
            [.. Enumerable.Range(1, 3).Select(i => ExportedModels.CreateImage(21, 26, new("unit", "", "", new(0, 100 * i))))
                .Select(image => new MriKSpaceCrop { Factor = 2 }.Degrade(image))]);
        (await Cli.RunAsync("restore", folder["mri.nii"], "--model", _models["scans.safetensors"], "--task", "MRI", "--out",
            folder["out.nii"])).AssertDone();
        var ml = new MLContext();
        using var transformer = ml.ImageRestoration.LoadPretrained(_models["scans.safetensors"]);
        using var after = ImageFormats.Open(folder["out.nii"]);
        var rows = transformer.Transform(ml.ImageRestoration.LoadImages(folder["mri.nii"], task: "MRI")).GetColumn<float[]>("Restored");
        foreach (var (expected, actual) in rows.Zip(NiftiSamples.SlicesOf(after)))
        {
            Assert.IsLessThan(1e-2f, expected.Zip(actual.Pixels, (x, y) => Math.Abs(x - y)).Max());
        }
    }

    [TestMethod]
    public async Task A_fixed_range_cuts_nothing_off_and_says_what_lies_beyond_it()
    {
        using var folder = new TemporaryFolder();
        float[] pixels = [.. Enumerable.Range(0, 32 * 32).Select(i => i < 4 ? 34.5f : (i % 32) * 0.4f)];
        new NiftiFormat().Write(folder["pet.nii"], [new ImageSlice(pixels, 32, 32)]);
        var run = await Cli.RunAsync(
            "restore", folder["pet.nii"], "--model", _models["paper.safetensors"], "--task", "PET", "--out", folder["out.nii"]);
        run.AssertDone();
        StringAssert.Contains(run.Output.ReplaceLineEndings(" "), "0.39 % of the voxels lie beyond the task's range, 0 to 20 SUV");
        using var after = ImageFormats.Open(folder["out.nii"]);
        Assert.IsGreaterThan(30, after.ReadSlice(0).Pixels.Max());
    }

    [TestMethod]
    public async Task ML_NETs_own_ONNX_components_give_the_same_result()
    {
        using var folder = new TemporaryFolder();
        new NiftiFormat().Write(folder["mri.nii"],
            [.. Enumerable.Range(1, 3).Select(i => ExportedModels.CreateImage(21, 26, new("unit", "", "", new(-i, 100 * i))))
                .Select(image => new MriKSpaceCrop { Factor = 2 }.Degrade(image))]);
        (await Cli.RunAsync("restore", folder["mri.nii"], "--model", _models["scans.onnx"], "--task", "MRI", "--out",
            folder["a.nii"])).AssertDone();
        (await Cli.RunAsync("apply-onnx", folder["mri.nii"], "--model", _models["pixels.onnx"], "--task", "MRI", "--out",
            folder["b.nii"])).AssertDone();
        using var a = ImageFormats.Open(folder["a.nii"]);
        using var b = ImageFormats.Open(folder["b.nii"]);
        foreach (var (expected, actual) in NiftiSamples.SlicesOf(a).Zip(NiftiSamples.SlicesOf(b)))
        {
            Assert.IsLessThan(1e-3f, expected.Pixels.Zip(actual.Pixels, (x, y) => Math.Abs(x - y)).Max());
        }
    }

    [TestMethod]
    public async Task Inspect_tells_how_tasks_are_scaled()
    {
        var shown = await Cli.RunAsync("inspect", _models["scans.safetensors"]);
        shown.AssertDone();
        var text = string.Join(' ', shown.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        StringAssert.Contains(text, "scaled by the level of each volume");
        StringAssert.Contains(text, "restored on the grid on which k-space is filled to 1/4");

        var json = await Cli.RunAsync("inspect", _models["scans.safetensors"], "--json");
        json.AssertDone();
        var task = JsonDocument.Parse(json.Output).RootElement[0].GetProperty("tasks").EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == "MRI");
        Assert.AreEqual("Volume", task.GetProperty("scaling").GetString());
        Assert.IsTrue(task.GetProperty("fitsResolution").GetBoolean());
        Assert.AreEqual(4, task.GetProperty("upscalingFactor").GetDouble());
    }

    [TestMethod]
    public async Task Training_scales_MRI_by_volume_on_request_and_where_it_starts_from_a_model_that_does()
    {
        using var folder = new TemporaryFolder();
        var data = Loading.SampleImages.WriteLayout(folder, "CT", "MRI");
        string[] train = ["train", "--data", data, "--iterations", "1", "--patch", "8", "--batch", "1"];
        (await Cli.RunAsync([.. train, "--mri-by-volume", "--out", folder["a.zip"]])).AssertDone();
        (await Cli.RunAsync([.. train, "--initial", folder["a.zip"], "--tasks", "MRI", "--out", folder["b.zip"]])).AssertDone();
        (await Cli.RunAsync([.. train, "--out", folder["paper.zip"]])).AssertDone();
        var ml = new MLContext();
        foreach (var (model, tasks) in new[]
        {
            ("a.zip", "CT Fixed, MRI Volume"),
            ("b.zip", "MRI Volume"),
            ("paper.zip", "CT Fixed, MRI Fixed"),
        })
        {
            Assert.AreEqual(tasks, string.Join(
                ", ", ml.ImageRestoration.ReadModelInfo(folder[model]).Tasks.Select(task => $"{task} {task.Scaling}")), model);
        }
    }

    /// <summary>Each slice has the scale, and each negative voxel the sign, that it had.</summary>
    private static void AssertKept(IImageScan before, string path)
    {
        using var after = ImageFormats.Open(path);
        Assert.AreEqual(before.SliceCount, after.SliceCount);
        var level = before.MeasureLevel();
        foreach (var (x, y) in NiftiSamples.SlicesOf(before).Zip(NiftiSamples.SlicesOf(after)))
        {
            for (var i = 0; i < x.Pixels.Length; i++)
            {
                Assert.IsTrue(Math.Abs(x.Pixels[i] - y.Pixels[i]) < 0.5 * level, $"{x.Pixels[i]} became {y.Pixels[i]}");
            }
        }
    }
}
