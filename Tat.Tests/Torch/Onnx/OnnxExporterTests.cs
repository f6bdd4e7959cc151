using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Tat.Tests.Formats;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Tests.Onnx;

[TestClass]
public sealed class OnnxExporterTests
{
    [TestMethod]
    [DataRow(OnnxSignature.Image)]
    [DataRow(OnnxSignature.Pixels)]
    public void Verifies_what_it_writes(OnnxSignature signature)
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        var path = Path.Combine(folder.Path, "tat.onnx");
        var report = OnnxExporter.Export(model, path, new() { Signature = signature });
        Assert.AreEqual(2, report.Comparisons.Count);
        Assert.IsTrue(report.MaximumDifference is > 0 and < 1e-4, $"{report.MaximumDifference}");
        Assert.AreEqual(new FileInfo(path).Length, report.Bytes);
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void A_stream_gets_the_bytes_of_the_file_or_nothing()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        var file = OnnxExporter.Export(model, folder["tat.onnx"]);
        var stream = new MemoryStream();
        var report = OnnxExporter.Export(model, stream);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["tat.onnx"]), stream.ToArray());
        Assert.AreEqual((file.Bytes, file.MaximumDifference, ""), (report.Bytes, report.MaximumDifference, report.Path));

        var empty = new MemoryStream();
        Assert.ThrowsExactly<InvalidDataException>(() => OnnxExporter.Export(model, empty, new() { Tolerance = 0 }));
        Assert.AreEqual(0, empty.Length);
    }

    [TestMethod]
    public void Leaves_no_file_where_the_export_differs_from_the_network()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        var path = Path.Combine(folder.Path, "tat.onnx");
        Assert.ThrowsExactly<InvalidDataException>(() => OnnxExporter.Export(model, path, new() { Tolerance = 0 }));
        using (no_grad())
        {
            model.Network.get_parameter("output.weight")!.fill_(float.NaN);
        }

        Assert.ThrowsExactly<InvalidDataException>(() => OnnxExporter.Export(model, path));
        Assert.AreEqual(0, Directory.GetFiles(folder.Path).Length);
    }

    [TestMethod]
    public void Stores_weights_in_half_precision_on_request()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel(ExportedModels.Options with { Width = 16 });
        var full = OnnxExporter.Export(model, Path.Combine(folder.Path, "full.onnx"));
        var half = OnnxExporter.Export(model, Path.Combine(folder.Path, "half.onnx"), new() { HalfPrecisionWeights = true });
        Assert.IsTrue(half.Bytes < 0.6 * full.Bytes, $"{half.Bytes} of {full.Bytes} bytes");
        Assert.IsTrue(half.MaximumDifference < 1e-2, $"{half.MaximumDifference}");
    }

    [TestMethod]
    public void Passes_the_checker_of_ONNX()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        foreach (var signature in Enum.GetValues<OnnxSignature>())
        {
            OnnxExporter.Export(model, Path.Combine(folder.Path, $"{signature}.onnx"), new() { Signature = signature, Verify = false });
        }

        OnnxExporter.Export(model, Path.Combine(folder.Path, "half.onnx"), new() { HalfPrecisionWeights = true, Verify = false });
        var checker = new ProcessStartInfo(
            "/usr/bin/python3", [
                "-c", "import glob, onnx, sys\nfor f in glob.glob(sys.argv[1] + '/*.onnx'): onnx.checker.check_model(f, "
                    + "full_check=True)\nprint('checked')", folder.Path,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!File.Exists(checker.FileName))
        {
            Needs.Missing(Needs.Python, "There is no Python for the checker of ONNX (Debian: python3-onnx).");
        }

        using var process = Process.Start(checker)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (errors.Result.Contains("No module named 'onnx'", StringComparison.Ordinal))
        {
            Needs.Missing(Needs.Python, "The checker of ONNX is not installed (Debian: python3-onnx).");
        }

        StringAssert.Contains(output, "checked", errors.Result);
    }

    [TestMethod]
    public void Describes_itself_to_other_programs()
    {
        using var model = ExportedModels.CreateModel();
        using var session = new InferenceSession(ExportedModels.Export(model));
        CollectionAssert.AreEqual(new[] { "image", "range_min", "range_max" }, session.InputNames.ToArray());
        CollectionAssert.AreEqual(new[] { "N", "", "H", "W" }, session.InputMetadata["image"].SymbolicDimensions);
        CollectionAssert.AreEqual(new[] { "restored" }, session.OutputNames.ToArray());
        var metadata = session.ModelMetadata;
        Assert.AreEqual("TAT for ML.NET", metadata.ProducerName);
        Assert.AreEqual(321, metadata.Version);
        StringAssert.Contains(metadata.Description, "CT (HU, [-1024, 3072])");
        StringAssert.Contains(metadata.CustomMetadataMap["tat.tasks"], "PET");
        StringAssert.Contains(metadata.CustomMetadataMap["tat.card"], "nothing");
    }

    [TestMethod]
    public void A_batch_gives_what_its_images_give_alone()
    {
        using var model = ExportedModels.CreateModel();
        var bytes = ExportedModels.Export(model);
        using var restorer = new OnnxRestorer(bytes, new() { Threads = 1 });
        using var session = new InferenceSession(bytes);
        RestorationTask[] tasks = [RestorationTask.Ct, RestorationTask.Pet, RestorationTask.Mri, RestorationTask.Ct];
        var images = tasks.Select(task => ExportedModels.CreateImage(40, 27, task)).ToArray();

        using var pixels = OrtValue.CreateTensorValueFromMemory(images.SelectMany(image => image.Pixels).ToArray(), [4, 1, 40, 27]);
        using var minimum = OrtValue.CreateTensorValueFromMemory(tasks.Select(task => task.NormalizationRange.Minimum).ToArray(), [4]);
        using var maximum = OrtValue.CreateTensorValueFromMemory(tasks.Select(task => task.NormalizationRange.Maximum).ToArray(), [4]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["image", "range_min", "range_max"], [pixels, minimum, maximum], ["restored"]);

        CollectionAssert.AreEqual(new long[] { 4, 1, 40, 27 }, outputs[0].GetTensorTypeAndShape().Shape);
        var alone = restorer.Restore(images, tasks).SelectMany(image => image.Pixels).ToArray();
        var together = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        for (var i = 0; i < alone.Length; i++)
        {
            Assert.AreEqual(alone[i], together[i], 1e-5f * tasks[i / (40 * 27)].NormalizationRange.Width);
        }
    }
}
