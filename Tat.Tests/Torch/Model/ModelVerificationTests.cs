using System.IO.Compression;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML;
using Tat.MLNet;
using Tat.Samples.Shared;
using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Torch.Checkpoints;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using Tat.Torch.TensorFiles.PyTorch;
using static TorchSharp.torch;

namespace Tat.Tests.Model;

/// <summary>
/// A model that is not the one that was written, or that cannot restore, is refused, in every format and by both back-ends.
/// </summary>
[TestClass]
public sealed partial class ModelVerificationTests
{
    [TestMethod]
    public void What_is_too_long_for_a_model_is_refused_by_its_length()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        using (var file = File.Create(folder["long.onnx"]))
        {
            file.SetLength(8L << 30);
        }

        var ml = new MLContext();
        foreach (var read in new Action[]
        {
            () => new OnnxRestorer(folder["long.onnx"]),
            () => ml.ImageRestoration.ReadModelInfo(folder["long.onnx"]),
            () => ml.ImageRestoration.ApplyOnnx(folder["long.onnx"]).Fit(ml.Data.LoadFromEnumerable<ImageInput>([])),
        })
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(read).Message, "long.onnx' has 8192 MB");
        }
    }

    [TestMethod]
    public void A_pipeline_whose_settings_were_damaged_is_refused()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        ModelFiles.Save(ml, ml.ImageRestoration.CreateTransformer(ExportedModels.CreateModel()), folder["m.zip"]);
        var bytes = File.ReadAllBytes(folder["m.zip"]);
        ReplaceSettings(folder["m.zip"], "\"Strength\":1", "\"Strength\":0");
        var problem = Assert.ThrowsExactly<TargetInvocationException>(() => ml.Model.Load(folder["m.zip"], out _));
        Assert.Contains("checksum", problem.InnerException!.Message);
        Assert.Contains("m.zip", Assert.ThrowsExactly<InvalidDataException>(() => ModelFiles.LoadPipeline(ml, folder["m.zip"])).Message);

        // The middle of the last part's compressed bytes, before the list of parts.
        var at = bytes.AsSpan().IndexOf("PK\x01\x02"u8) - 100;
        for (var bit = 0; bit < 100; bit++)
        {
            File.WriteAllBytes(folder["m.zip"], Flip([.. bytes], at + (bit / 8), bit % 8));
            var refused = Assert.ThrowsExactly<InvalidDataException>(() => ModelFiles.LoadPipeline(ml, folder["m.zip"]));
            Assert.Contains("m.zip", refused.Message);
        }
    }

    [TestMethod]
    public void A_model_from_before_there_were_checksums_is_read_and_one_whose_checksum_lost_its_name_is_not()
    {
        using var model = ExportedModels.CreateModel();
        var description = TatModelFormat.Write(model.Network.Options, model.Tasks, model.Card);
        using var old = TatModel.Load(Write(model, description));
        Assert.AreEqual(model.Network.Options, old.Network.Options);
        description["tat.cHecksum"] = "xxh3-128:0";
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(Write(model, description))).Message,
            "is damaged");
    }

    [TestMethod]
    [DataRow("9", "update the program")]
    [DataRow("q", "is damaged")]
    [DataRow("-1", "is damaged")]
    public void A_newer_version_and_a_damaged_one_are_told_apart(string version, string expected)
    {
        using var model = ExportedModels.CreateModel();
        var description = TatModelFormat.Write(model.Network.Options, model.Tasks, model.Card);
        description["tat.format"] = version;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(Write(model, description))).Message, expected);
    }

    [TestMethod]
    [DataRow("tasks_null.model.safetensors")]
    [DataRow("card_null_dicts.model.safetensors")]
    [DataRow("range_extreme.model.safetensors")]
    public void A_description_of_nulls_or_infinities_is_refused(string name)
    {
        var path = TestData.Path("data/faults/hostile/" + name);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(path).Dispose()).Message, name);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => new MLContext().ImageRestoration.ReadModelInfo(path)).Message, name);
    }

    [TestMethod]
    public void Weights_that_are_no_numbers_are_neither_imported_nor_exported()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        var nan = Enumerable.Repeat(float.NaN, (int)model.Network.named_parameters().Max(named => named.parameter.numel())).ToArray();
        using (var stream = File.Create(folder["w.pth"]))
        {
            TorchFileWriter.WriteStateDictionary(stream, [.. model.Network.named_parameters().Select(named =>
                (named.name, named.parameter.shape, (Action<Stream>)(content => Write(content, (int)named.parameter.numel()))))]);
            void Write(Stream content, int count) => content.Write(MemoryMarshal.AsBytes(nan.AsSpan(0, count)));
        }

        var options = new WeightsImportOptions { Network = model.Network.Options };
        var refused = Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["w.pth"], options).Dispose());
        Assert.Contains("w.pth' has weights that are NaN", refused.Message);

        Ruin(model, float.PositiveInfinity);
        Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Export(model.Network, folder["x.safetensors"]));
        Assert.ThrowsExactly<InvalidDataException>(() => OnnxExporter.Export(model, folder["x.onnx"], new() { Verify = false }));
        Assert.ThrowsExactly<InvalidDataException>(() =>
            TatModel.Load(Write(model, TatModelFormat.Write(model.Network.Options, model.Tasks, model.Card))).Dispose());
        CollectionAssert.AreEqual(new[] { "w.pth" }, folder.Files);
    }

    [TestMethod]
    public void A_restored_image_that_is_not_finite_is_an_error_in_both_back_ends()
    {
        using var model = ExportedModels.CreateModel();
        Ruin(model, float.NaN);
        var image = ExportedModels.CreateImage(32, 32, RestorationTask.Ct);
        using var restorer = new Restorer(model);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => restorer.Restore(image, RestorationTask.Ct)).Message,
            "turned image 0");
        using var onnx = new OnnxRestorer(ExportedModels.Export(model));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => onnx.Restore([image], [RestorationTask.Ct])).Message,
            "turned image 0");
    }

    [TestMethod]
    public void A_range_has_finite_ends_and_a_finite_width()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntensityRange(-3e38f, 3e38f));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntensityRange(0, float.PositiveInfinity));
    }

    private static void ReplaceSettings(string file, string old, string changed)
    {
        using var archive = ZipFile.Open(file, ZipArchiveMode.Update);
        using var part = archive.Entries.Single(entry => entry.Name == "Model.key").Open();
        var bytes = new byte[part.Length];
        part.ReadExactly(bytes);
        part.Position = bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(old));
        part.Write(Encoding.Unicode.GetBytes(changed));
    }

    private static void Ruin(TatModel model, float value)
    {
        using var constant = no_grad();
        model.Network.get_parameter("output.weight")!.fill_(value);
    }

    private static MemoryStream Write(TatModel model, Dictionary<string, string> description)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream,
            model.Network.named_parameters().Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter)), description);
        stream.Position = 0;
        return stream;
    }
}
