using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.Tests.Degradation;
using Tat.Tests.Formats;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scoring;

/// <summary>How far restored values may be off, as a column beside them.</summary>
[TestClass]
public sealed class MarginColumnTests
{
    private static readonly ImageSlice[] _images =
        [.. new[] { (24, 24), (16, 32), (24, 24) }.Select((size, i) => TestImages.Random(size.Item1, size.Item2, i, -900, 200))];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Rows_have_the_margins_of_the_model_and_a_saved_pipeline_too(bool onnx)
    {
        using var folder = new TemporaryFolder();
        var rows = Rows();
        using RestorationTransformer transformer = onnx
            ? _ml.ImageRestoration.ApplyOnnx(new TatOnnxEstimator.Options { MarginColumnName = "Margin" }).Fit(rows)
            : _ml.ImageRestoration.LoadPretrained(new PretrainedOptions { MarginColumnName = "Margin" });
        _ml.Model.Save(transformer, rows.Schema, folder["tat.zip"]);
        using var margins = new Restorer(TatPretrained.Load(), ownsModel: true).WithMargins();
        var expected = margins.Restore(_images, [.. _images.Select(_ => RestorationTask.Ct)]);
        foreach (var model in new[] { transformer, _ml.Model.Load(folder["tat.zip"], out _) })
        {
            var scored = model.Transform(rows);
            AssertNear(expected, scored.GetColumn<float[]>("Restored"));
            AssertNear(expected.Select(margins.MarginOf), scored.GetColumn<float[]>("Margin"));
        }

        using var engine = _ml.Model.CreatePredictionEngine<ImageInput, Result>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        var predicted = Inputs().Select(input => engine.Predict(input)).ToList();
        AssertNear(expected, predicted.Select(result => result.Restored));
        AssertNear(expected.Select(margins.MarginOf), predicted.Select(result => result.Margin));
        Assert.IsTrue(predicted.TrueForAll(result => result.Margin.Max() > 0));
    }

    [TestMethod]
    public void A_row_whose_result_and_margin_are_read_is_restored_once()
    {
        using var counted = new Counted();
        using var transformer = _ml.ImageRestoration.CreateTransformer(counted, new() { MarginColumnName = "Margin" });
        using var engine = _ml.Model.CreatePredictionEngine<ImageInput, Result>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        foreach (var input in Inputs())
        {
            engine.Predict(input);
        }

        Assert.AreEqual(8 * _images.Length, counted.Images);
        counted.Images = 0;
        _ = transformer.Transform(Rows()).Preview();
        Assert.AreEqual(8 * _images.Length, counted.Images);
    }

    [TestMethod]
    public void What_margins_say_nothing_of_is_refused_and_a_model_without_them_says_so()
    {
        foreach (var options in new PretrainedOptions[]
        {
            new() { MarginColumnName = "Margin", Strength = 0.5 }, new() { MarginColumnName = "Margin", LocalMeans = true },
            new() { MarginColumnName = "Restored" }, new() { MarginColumnName = " " },
        })
        {
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.ImageRestoration.LoadPretrained(options)).Message,
                "MarginColumnName");
        }

        using var transformer = _ml.ImageRestoration.CreateTransformer(TinyModel.Create(), new() { MarginColumnName = "Margin" });
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => transformer.Transform(Rows()).GetColumn<float[]>("Margin")
            .ToArray()).Message, "not calibrated for CT");
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(Inputs());

    private static IEnumerable<ImageInput> Inputs() => _images.Select(image =>
        new ImageInput { LowQuality = image.Pixels, Height = image.Height, Width = image.Width, Task = "CT" });

    private static void AssertNear(IEnumerable<ImageSlice> expected, IEnumerable<float[]> actual)
    {
        foreach (var (image, pixels) in expected.Zip(actual))
        {
            Assert.HasCount(image.Pixels.Length, pixels);
            for (var i = 0; i < pixels.Length; i++)
            {
                Assert.AreEqual(image.Pixels[i], pixels[i], 0.05);
            }
        }
    }

    private sealed class Result
    {
        public float[] Restored { get; set; } = [];

        public float[] Margin { get; set; } = [];
    }

    /// <summary>Gives images back darker, and counts them.</summary>
    private sealed class Counted : IImageRestorer
    {
        public int Images { get; set; }

        public TaskVocabulary Tasks => TaskVocabulary.Paper;

        public Tat.Torch.Model.ModelCard Card { get; } = TatPretrained.Card;

        public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
            IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        {
            Images += images.Count;
            return [.. images.Select(image => new ImageSlice([.. image.Pixels.Select(value => value - 1)], image.Height, image.Width))];
        }

        public void Dispose()
        {
        }
    }
}
