using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Runtime;
using Tat.Torch.Checkpoints;
using Tat.Torch.Inference;

namespace Tat.Tests.Scoring;

[TestClass]
public class TatTransformerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public async Task A_model_saved_here_is_loaded_by_ML_NET_alone_in_a_fresh_process_and_restores_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var rows = Rows(5);
        var pipeline = new TransformerChain<ITransformer>(_ml.ImageRestoration.TagTask().Fit(rows), Transformer());
        Save(pipeline, rows, folder["tat.zip"]);

        var expected = ModelProbes.Digest(pipeline.Transform(rows));
        Assert.AreEqual(expected, ModelProbes.Digest(_ml.Model.Load(folder["tat.zip"], out _).Transform(rows)));
        var fresh = await FreshProcess.Run("restore", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual((expected, ""), (fresh.Output, fresh.Error));
        var trimmed = await FreshProcess.Run("restore without reflection", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual((expected, ""), (trimmed.Output, trimmed.Error), "what a runtime lacks is no damage of a file");
    }

    [TestMethod]
    public void A_part_of_what_a_model_changes_and_its_ensemble_are_saved_with_it()
    {
        using var folder = new TemporaryFolder();
        var rows = Rows(3);
        using var plain = Transformer();
        var options = new PretrainedOptions { Ensemble = true, LocalMeans = true, Strength = 0.5 };
        using var part = new TatTransformer(TinyModel.Create(), options);
        Save(part, rows, folder["tat.zip"]);
        var (whole, partly) = (ModelProbes.Digest(plain.Transform(rows)), ModelProbes.Digest(part.Transform(rows)));
        Assert.AreNotEqual(whole, partly);
        Assert.AreEqual(partly, ModelProbes.Digest(_ml.Model.Load(folder["tat.zip"], out _).Transform(rows)));
    }

    [TestMethod]
    public async Task What_a_model_is_can_be_read_without_LibTorch()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Transformer();
        Save(transformer, Rows(3), folder["tat.zip"]);

        var fresh = await FreshProcess.Run("inspect", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual(("waves, 4, 3, 3, 3, nothing native", ""), (fresh.Output, fresh.Error));
    }

    [TestMethod]
    public void Model_information_comes_from_zip_and_model_files_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Transformer();
        transformer.Model.Save(folder["tat.safetensors"]);
        var rows = Rows(1);
        _ml.Model.Save(transformer, rows.Schema, folder["tat.zip"]);
        _ml.Model.Save(_ml.ImageRestoration.TagTask().Fit(rows), rows.Schema, folder["other.zip"]);
        File.WriteAllBytes(folder["broken.zip"], File.ReadAllBytes(folder["tat.zip"])[..2000]);
        File.WriteAllText(folder["text"], "x");

        Assert.AreEqual(_ml.ImageRestoration.ReadModelInfo(folder["tat.safetensors"]).Card.Data,
            _ml.ImageRestoration.ReadModelInfo(folder["tat.zip"]).Card.Data);
        Assert.AreEqual(TinyModel.Network.ParameterCount, _ml.ImageRestoration.ReadModelInfo(folder["tat.zip"]).Network.ParameterCount);
        foreach (var bad in new[] { "other.zip", "broken.zip", "text" })
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.ReadModelInfo(folder[bad])).Message,
                bad);
        }

        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.ImageRestoration.ReadModelInfo(folder["none.zip"]));
    }

    [TestMethod]
    public void A_model_file_holds_neither_paths_nor_names_of_images()
    {
        using var folder = new TemporaryFolder();
        var images = SampleImages.WriteLayout(folder, "CT");
        var view = _ml.ImageRestoration.LoadPairs(images);
        var pipeline = new TransformerChain<ITransformer>(_ml.ImageRestoration.TagTask().Fit(view), Transformer());
        ModelProbes.Digest(pipeline.Transform(view));
        _ml.Model.Save(pipeline, view.Schema, folder["tat.zip"]);

        using var zip = ZipFile.OpenRead(folder["tat.zip"]);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            foreach (var text in new[]
            {
                Encoding.Latin1.GetString(bytes.ToArray()),
                Encoding.Unicode.GetString(bytes.ToArray()),
                entry.FullName,
            })
            {
                foreach (var secret in new[] { Path.GetFileName(folder.Path), "a.nii", Environment.CurrentDirectory })
                {
                    Assert.IsFalse(text.Contains(secret, StringComparison.Ordinal), $"{entry.FullName} holds '{secret}'");
                }
            }
        }
    }

    [TestMethod]
    public void A_model_that_was_trained_elsewhere_is_a_transformer_like_any_other()
    {
        using var folder = new TemporaryFolder();
        using var original = Transformer();
        original.Model.Save(folder["tat.safetensors"]);
        using var pretrained = _ml.ImageRestoration.LoadPretrained(folder["tat.safetensors"], new() { OutputColumnName = "Restored" });

        var rows = Rows(3);
        Assert.AreEqual(ModelProbes.Digest(original.Transform(rows)), ModelProbes.Digest(pretrained.Transform(rows)));
        WeightsFile.Export(original.Model.Network, folder["bare.pth"]);
        using var bare = _ml.ImageRestoration.LoadPretrained(
            folder["bare.pth"], new() { Weights = new() { TrainSize = TinyModel.Network.TrainSize } });
        Assert.AreEqual(ModelProbes.Digest(original.Transform(rows)), ModelProbes.Digest(bare.Transform(rows)));
        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.ImageRestoration.LoadPretrained(folder["none"]));
    }

    [TestMethod]
    public async Task Predictions_leave_nothing_behind_on_one_thread_or_on_many()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Transformer();
        Save(transformer, Rows(1), folder["tat.zip"]);

        var fresh = await FreshProcess.Run("soak", (ModelProbes.Variable, folder["tat.zip"]), ("OMP_NUM_THREADS", "1"));
        Assert.AreEqual(("0 tensors more, results equal", ""), (fresh.Output, fresh.Error));
    }

    [TestMethod]
    public void A_saved_model_keeps_its_columns_and_options()
    {
        using var folder = new TemporaryFolder();
        var rows = _ml.Transforms.CopyColumns("Input", "LowQuality").Append(_ml.Transforms.DropColumns("LowQuality")).Fit(Rows(2))
            .Transform(Rows(2));
        using var transformer = new TatTransformer(TinyModel.Create(), new PretrainedOptions
        {
            LowQualityColumnName = "Input",
            OutputColumnName = "Output",
            BatchSize = 3,
            NonFinite = NonFiniteHandling.PassThrough,
        });
        _ml.Model.Save(transformer, rows.Schema, folder["tat.zip"]);

        var loaded = _ml.ImageRestoration.FindRestoration(_ml.Model.Load(folder["tat.zip"], out _));
        Assert.AreEqual(3, loaded.BatchSize);
        Assert.IsNotNull(loaded.GetOutputSchema(rows.Schema).GetColumnOrNull("Output"));
        Assert.AreEqual("waves", loaded.Card.Data);
    }

    [TestMethod]
    public void Images_that_are_not_finite_pass_through_where_the_options_say_so()
    {
        using var transformer = new TatTransformer(
            TinyModel.Create(), new PretrainedOptions { BatchSize = 4, NonFinite = NonFiniteHandling.PassThrough });
        var images = Enumerable.Range(0, 3).Select(Image).ToList();
        images[1].LowQuality[5] = float.NaN;

        var restored = transformer.Transform(_ml.Data.LoadFromEnumerable(images)).Vectors("Restored");
        CollectionAssert.AreEqual(images[1].LowQuality, restored[1]);
        CollectionAssert.AreNotEqual(images[2].LowQuality, restored[2]);
    }

    [TestMethod]
    public void A_prediction_engine_restores_what_the_view_restores_also_on_many_threads()
    {
        using var transformer = Transformer();
        var images = Enumerable.Range(0, 6).Select(Image).ToList();
        var expected = transformer.Transform(_ml.Data.LoadFromEnumerable(images)).Vectors("Restored");

        Parallel.For(0, 3, _ =>
        {
            using var engine = _ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(
                transformer, new PredictionEngineOptions { OwnsTransformer = false });
            for (var i = 0; i < images.Count; i++)
            {
                CollectionAssert.AreEqual(expected[i], engine.Predict(images[i]).Restored);
            }
        });
    }

    [TestMethod]
    public void A_GPU_that_is_not_there_is_an_error_or_the_CPU_as_the_context_says()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Transformer();
        var rows = Rows(1);
        _ml.Model.Save(transformer, rows.Schema, folder["tat.zip"]);

        var lenient = new MLContext { GpuDeviceId = 63, FallbackToCpu = true };
        Assert.AreEqual(ModelProbes.Digest(transformer.Transform(rows)),
            ModelProbes.Digest(lenient.Model.Load(folder["tat.zip"], out _).Transform(rows)));
        var strict = new MLContext { GpuDeviceId = 63, FallbackToCpu = false };
        var error = Assert.Throws<Exception>(() => strict.Model.Load(folder["tat.zip"], out _));
        StringAssert.Contains(error.ToString(), "cuda:63");
    }

    private static TatTransformer Transformer() => new(TinyModel.Create(), new PretrainedOptions { BatchSize = 4 });

    private IDataView Rows(int count) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(Image));

    private void Save(ITransformer model, IDataView rows, string path)
    {
        _ml.Model.Save(model, rows.Schema, path);
        using var stream = File.Create(path + ".rows");
        _ml.Data.SaveAsBinary(rows, stream);
    }

    private static ImageInput Image(int index)
    {
        var (height, width) = index % 2 == 0 ? (16, 24) : (13, 9);
        return new()
        {
            LowQuality = [.. Enumerable.Range(0, height * width).Select(pixel => 8 + (5 * MathF.Sin((pixel * 0.1f) + index)))],
            Height = height,
            Width = width,
            Task = new[] { "PET", "CT", "MRI" }[index % 3],
        };
    }
}
