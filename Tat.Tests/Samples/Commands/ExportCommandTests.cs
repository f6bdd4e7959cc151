using System.Text.Json;
using Microsoft.ML;
using Tat.MLNet;
using Tat.Samples.Shell;
using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class ExportCommandTests
{
    [TestMethod]
    [DataRow("x.pth", "--signature", "Pixels")]
    [DataRow("x.pth", "--half")]
    [DataRow("x.zip", "--card", "card.json")]
    [DataRow("x.onnx", "--card", "card.json")]
    [DataRow("x.safetensors", "--no-verify")]
    [DataRow("x.zip", "--json")]
    public async Task Options_that_mean_nothing_for_what_is_written_are_refused(string output, params string[] option) =>
        (await Cli.RunAsync(["export", "--out", output, .. option])).AssertFailed(ExitCodes.WrongUsage, $"{option[0]} has no effect for");

    [TestMethod]
    public async Task An_ending_that_says_nothing_is_refused() =>
        (await Cli.RunAsync("export", "--out", "x.bin")).AssertFailed(ExitCodes.WrongUsage, "use .onnx");

    [TestMethod]
    public async Task It_needs_no_name_of_a_file() =>
        (await Cli.RunAsync("export", "--model", "none.zip")).AssertFailed(ExitCodes.Failed, "none.zip");

    [TestMethod]
    public async Task Exports_a_model_and_says_how_far_it_is_from_it()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        model.Save(folder["tat.safetensors"]);
        var shown = await Cli.RunAsync("export", "--model", folder["tat.safetensors"], "--out", folder["tat.onnx"]);
        shown.AssertDone();
        StringAssert.Contains(shown.Output, "32 × 32");
        using (var restorer = new OnnxRestorer(folder["tat.onnx"]))
        {
            Assert.AreEqual((OnnxSignature.Image, 321L), (restorer.Signature, restorer.Card.Iterations));
        }

        (await Cli.RunAsync("export", "--model", folder["tat.safetensors"], "--out", folder["tat.onnx"])).AssertFailed(
            ExitCodes.Failed, "--overwrite");
        var json = await Cli.RunAsync("export", "--model", folder["tat.safetensors"], "--out", folder["tat.onnx"], "--overwrite",
            "--signature", "Pixels", "--half", "--json");
        json.AssertDone();
        Assert.IsTrue(JsonDocument.Parse(json.Output).RootElement[0].GetProperty("maximumDifference").GetDouble() is > 0 and < 0.01);
    }

    [TestMethod]
    public async Task Restores_alike_with_every_kind_of_model()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        model.Save(folder["tat.safetensors"]);
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        File.WriteAllBytes(folder["pixels.onnx"], ExportedModels.Export(model, new() { Signature = OnnxSignature.Pixels }));
        var image = Loading.SampleImages.Write(folder["mri.nii"], 500, rows: 20, columns: 27, slices: 2);

        (await Cli.RunAsync("restore", image, "--model", folder["tat.safetensors"], "--task", "MRI", "--out",
            folder["torch.nii"])).AssertDone();
        (await Cli.RunAsync("restore", image, "--model", folder["tat.onnx"], "--task", "MRI", "--out", folder["onnx.nii"])).AssertDone();
        SavePipeline(folder["tat.onnx"], folder["onnx.zip"]);
        (await Cli.RunAsync("restore", image, "--model", folder["onnx.zip"], "--task", "MRI", "--out", folder["zip.nii"])).AssertDone();
        foreach (var onnx in new[] { "tat.onnx", "onnx.zip" })
        {
            (await Cli.RunAsync("restore", image, "--model", folder[onnx], "--task", "MRI", "--memory", "100", "--out",
                folder["tiled.nii"])).AssertFailed(ExitCodes.Failed, "--memory is for models that run on TorchSharp");
        }

        Assert.IsFalse(File.Exists(folder["tiled.nii"]));
        (await Cli.RunAsync("apply-onnx", image, "--task", "MRI", "--out", folder["pretrained.nii"])).AssertDone();
        (await Cli.RunAsync("apply-onnx", image, "--model", folder["pixels.onnx"], "--task", "MRI", "--out",
            folder["plain.nii"])).AssertDone();
        (await Cli.RunAsync("apply-onnx", image, "--model", folder["tat.onnx"], "--task", "MRI", "--out",
            folder["wrong.nii"])).AssertFailed(ExitCodes.Failed, "--signature Pixels");
        Assert.IsFalse(File.Exists(folder["wrong.nii"]));

        var expected = Read(folder["torch.nii"]);
        foreach (var result in new[] { "onnx.nii", "zip.nii", "plain.nii" })
        {
            var actual = Read(folder[result]);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], 1e-4f * 4095, result);
            }
        }
    }

    [TestMethod]
    public async Task Applies_the_tasks_that_an_exported_model_has_learnt_with_ML_NET_alone()
    {
        using var folder = new TemporaryFolder();
        var task = new RestorationTask("T2", "intensity", "a.u.", new(0, 900));
        using var network = ExportedModels.CreateNetwork();
        using var model = new TatModel(network, new TaskVocabulary(task));
        File.WriteAllBytes(folder["pixels.onnx"], ExportedModels.Export(model, new() { Signature = OnnxSignature.Pixels }));
        var image = Loading.SampleImages.Write(folder["mri.nii"], 500, rows: 20, columns: 27, slices: 2);

        (await Cli.RunAsync("apply-onnx", image, "--model", folder["pixels.onnx"], "--task", "MRI", "--out",
            folder["wrong.nii"])).AssertFailed(ExitCodes.Failed, "'MRI' is unknown; the known tasks are T2");
        (await Cli.RunAsync("apply-onnx", image, "--model", folder["pixels.onnx"], "--task", "T2", "--out",
            folder["plain.nii"])).AssertDone();

        using var scan = Tat.MLNet.Formats.ImageFormats.Open(image);
        using var reference = new Restorer(model);
        var expected = reference.Restore([scan.ReadSlice(0), scan.ReadSlice(1)], [task, task]).SelectMany(slice => slice.Pixels).ToArray();
        var actual = Read(folder["plain.nii"]);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-4f * 900);
        }
    }

    private static float[] Read(string path)
    {
        using var scan = Tat.MLNet.Formats.ImageFormats.Open(path);
        return [.. Enumerable.Range(0, scan.SliceCount).SelectMany(slice => scan.ReadSlice(slice).Pixels)];
    }

    [TestMethod]
    public async Task Compares_both_back_ends()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        model.Save(folder["tat.safetensors"]);
        var compared = await Cli.RunAsync(
            "bench", "score", "--model", folder["tat.safetensors"], "--sizes", "40", "--repeat", "1", "--json");
        compared.AssertDone();
        var rows = JsonDocument.Parse(compared.Output).RootElement.EnumerateArray().ToArray();
        CollectionAssert.AreEqual(
            new[] { "TorchSharp", "ONNX Runtime" }, rows.Select(row => row.GetProperty("backEnd").GetString()).ToArray());
        Assert.IsTrue(rows[1].GetProperty("difference").GetDouble() is > 0 and < 1e-4);
        foreach (var row in rows)
        {
            Assert.IsTrue(row.GetProperty("milliseconds").GetDouble() > 0 && row.GetProperty("coldStartSeconds").GetDouble() > 0
                && row.GetProperty("peakMegabytes").GetDouble() > 10);
            Assert.AreEqual(row.GetProperty("milliseconds").GetDouble() / row.GetProperty("floorMilliseconds").GetDouble(),
                row.GetProperty("timesFloor").GetDouble(), 1e-9);
        }
    }

    /// <summary>A pipeline of ML.NET whose restoration runs on ONNX Runtime.</summary>
    private static void SavePipeline(string model, string path)
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable<ImageInput>([]);
        using var restoration = ml.ImageRestoration.ApplyOnnx(model).Fit(rows);
        ml.Model.Save(restoration, rows.Schema, path);
    }
}
