using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Scoring;
using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Tests.Runtime;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scoring;

[TestClass]
public sealed partial class TatOnnxTransformerTests
{
    private static readonly (int Height, int Width)[] _sizes = [(16, 24), (13, 9), (40, 33), (16, 24), (56, 48)];
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(OnnxSignature.Image)]
    [DataRow(OnnxSignature.Pixels)]
    public void Restores_rows_of_different_sizes_and_tasks_as_TorchSharp_does(OnnxSignature signature)
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model, new() { Signature = signature }));
        var rows = Rows();
        using var transformer = _ml.ImageRestoration.ApplyOnnx(folder["tat.onnx"]).Fit(rows);
        File.Delete(folder["tat.onnx"]);

        using var reference = new Restorer(model);
        var restored = transformer.Transform(rows).GetColumn<float[]>("Restored").ToArray();
        AssertClose(reference, restored);
        using var engine = _ml.Model.CreatePredictionEngine<Row, Result>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        AssertClose(reference, [.. Enumerable.Range(0, _sizes.Length).Select(i => engine.Predict(CreateRow(i)).Restored)]);
    }

    [TestMethod]
    public async Task A_pipeline_is_loaded_by_ML_NET_alone_in_a_fresh_process_and_restores_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        var rows = Rows();
        var options = new TatOnnxEstimator.Options
        {
            ModelFile = folder["tat.onnx"],
            BatchSize = 3,
            Ensemble = true,
            LocalMeans = true,
            Strength = 0.5,
            Runtime = new() { Threads = 1, MemoryArena = false }
        };
        var pipeline = _ml.ImageRestoration.TagTask().Append(_ml.ImageRestoration.ApplyOnnx(options)).Fit(rows);
        Save(pipeline, rows, folder["tat.zip"]);
        File.Delete(folder["tat.onnx"]);

        var fresh = await FreshProcess.Run("restore", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual((ModelProbes.Digest(pipeline.Transform(rows)), ""), (fresh.Output, fresh.Error));
        var predicted = await FreshProcess.Run("predict", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual((fresh.Output, ""), (predicted.Output, predicted.Error));
        var loaded = _ml.ImageRestoration.FindRestoration(_ml.Model.Load(folder["tat.zip"], out _));
        Assert.AreEqual((3, 321L), (loaded.BatchSize, loaded.Card.Iterations));
    }

    [TestMethod]
    public async Task ML_NET_s_own_ApplyOnnxModel_takes_rows_of_different_sizes()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model, new() { Signature = OnnxSignature.Pixels }));
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, _sizes.Length).Select(CreateFlatRow));
        var pipeline = _ml.Transforms.ApplyOnnxModel(
            outputColumnNames: ["restored"], inputColumnNames: ["pixels", "size", "range_min", "range_max"], folder["tat.onnx"])
            .Append(_ml.Transforms.CopyColumns("Restored", "restored"))
            .Fit(rows);

        using var reference = new Restorer(model);
        AssertClose(reference, [.. pipeline.Transform(rows).GetColumn<float[]>("Restored")]);
        using var engine = _ml.Model.CreatePredictionEngine<FlatRow, Result>(
            pipeline, new PredictionEngineOptions { OwnsTransformer = false });
        AssertClose(reference, [.. Enumerable.Range(0, _sizes.Length).Select(i => engine.Predict(CreateFlatRow(i)).Restored)]);

        Save(pipeline, rows, folder["plain.zip"]);
        var fresh = await FreshProcess.Run("restore", (ModelProbes.Variable, folder["plain.zip"]));
        Assert.AreEqual((ModelProbes.Digest(pipeline.Transform(rows)), ""), (fresh.Output, fresh.Error));
        var predicted = await FreshProcess.Run("predict", (ModelProbes.Variable, folder["plain.zip"]));
        Assert.AreEqual((fresh.Output, ""), (predicted.Output, predicted.Error));
    }

    [TestMethod]
    public void Model_information_comes_from_exported_files_and_from_pipelines_that_hold_one()
    {
        using var folder = new TemporaryFolder();
        var task = new RestorationTask("CBCT", "attenuation", "HU", new(-1000, 1000));
        using var network = ExportedModels.CreateNetwork();
        using var model = new TatModel(network, new TaskVocabulary(task), new ModelCard { Iterations = 5, Data = "cones" });
        var rows = Rows();
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        Save(_ml.ImageRestoration.ApplyOnnx(folder["tat.onnx"]).Fit(rows), rows, folder["tat.zip"]);
        foreach (var name in new[] { "tat.onnx", "tat.zip" })
        {
            var info = _ml.ImageRestoration.ReadModelInfo(folder[name]);
            Assert.AreEqual((5L, "cones", network.Options.ParameterCount),
                (info.Card.Iterations, info.Card.Data, info.Network.ParameterCount));
            CollectionAssert.AreEqual(new[] { task }, info.Tasks.ToArray());
        }

        File.WriteAllBytes(folder["half.onnx"], File.ReadAllBytes(folder["tat.onnx"])[..20_000]);
        File.WriteAllBytes(folder["empty.onnx"], []);
        File.WriteAllText(folder["text.onnx"], "this is a text");
        foreach (var bad in new[] { "half.onnx", "empty.onnx", "text.onnx" })
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.ReadModelInfo(folder[bad])).Message,
                bad);
        }
    }

    /// <summary>In a fresh process: predicts row by row with a saved pipeline of either route, and gives the bits of all images.</summary>
    internal static string Predict()
    {
        var ml = new MLContext();
        var model = ml.Model.Load(Environment.GetEnvironmentVariable(ModelProbes.Variable)!, out var schema);
        return schema.GetColumnOrNull("pixels") is null ? Predict<Row>(CreateRow) : Predict<FlatRow>(CreateFlatRow);

        string Predict<T>(Func<int, T> create)
            where T : class
        {
            using var engine = ml.Model.CreatePredictionEngine<T, Result>(model);
            return ModelProbes.Digest(_sizes.Select((_, i) => engine.Predict(create(i)).Restored));
        }
    }

    private static void AssertClose(Restorer reference, float[][] restored)
    {
        Assert.HasCount(_sizes.Length, restored);
        for (var i = 0; i < restored.Length; i++)
        {
            var task = TaskOf(i);
            var expected = reference.Restore([ImageOf(i)], [task])[0].Pixels;
            var difference = expected.Zip(restored[i], (e, a) => Math.Abs((double)e - a)).Max() / task.NormalizationRange.Width;
            Assert.IsTrue(difference <= 1e-4, $"row {i}: {difference:G3}");
        }
    }

    private static RestorationTask TaskOf(int i) => TaskVocabulary.Paper[i % 3];

    private static ImageSlice ImageOf(int i) => ExportedModels.CreateImage(_sizes[i].Height, _sizes[i].Width, TaskOf(i));

    private static Row CreateRow(int i) =>
        new() { LowQuality = ImageOf(i).Pixels, Height = _sizes[i].Height, Width = _sizes[i].Width, Task = TaskOf(i).Name };

    private static FlatRow CreateFlatRow(int i) => new()
    {
        Pixels = ImageOf(i).Pixels,
        Size = [_sizes[i].Height, _sizes[i].Width],
        RangeMinimum = [TaskOf(i).NormalizationRange.Minimum],
        RangeMaximum = [TaskOf(i).NormalizationRange.Maximum],
    };

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, _sizes.Length).Select(CreateRow));

    private void Save(ITransformer model, IDataView rows, string path)
    {
        _ml.Model.Save(model, rows.Schema, path);
        using var stream = File.Create(path + ".rows");
        _ml.Data.SaveAsBinary(rows, stream);
    }

    private sealed class Row
    {
        public float[] LowQuality { get; set; } = [];

        public int Height { get; set; }

        public int Width { get; set; }

        public string Task { get; set; } = "";
    }

    private sealed class FlatRow
    {
        [ColumnName("pixels")]
        public float[] Pixels { get; set; } = [];

        [ColumnName("size")]
        [VectorType(2)]
        public long[] Size { get; set; } = [];

        [ColumnName("range_min")]
        [VectorType(1)]
        public float[] RangeMinimum { get; set; } = [];

        [ColumnName("range_max")]
        [VectorType(1)]
        public float[] RangeMaximum { get; set; } = [];
    }

    private sealed class Result
    {
        public float[] Restored { get; set; } = [];
    }
}
