using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet;
using Tat.Torch.Checkpoints;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Metrics;
using Tat.Torch.Phantoms;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Pretrained;

[TestClass]
public sealed class TatPretrainedTests
{
    private const long LargestFile = 20_000_000;

    [TestMethod]
    public void The_card_says_what_a_user_must_know()
    {
        var card = TatPretrained.Card;
        Assert.IsTrue(new[] { card.Name, card.Version, card.Licence, card.Data }.All(text => !string.IsNullOrWhiteSpace(text)));
        Assert.IsGreaterThan(0, card.Iterations);
        Assert.IsNotEmpty(card.Limits);
        Assert.IsTrue(card.Sources.All(source => source.Length > 20));
        CollectionAssert.AreEquivalent(new[] { "PET", "CT", "MRI" }, TatPretrained.Tasks.Select(task => task.Name).ToArray());
        foreach (var task in TatPretrained.Tasks)
        {
            Assert.IsFalse(string.IsNullOrWhiteSpace(card.Ranges[task.Name].Degradation));
            Assert.IsTrue(double.IsFinite(card.Validation[task.Name].Psnr));
        }

        using var file = TatPretrained.OpenFile();
        Assert.IsLessThan(LargestFile, file.Length);
    }

    [TestMethod]
    [DataRow("PET", 2.0)]
    [DataRow("CT", 0.5)]
    public void It_restores_noisy_phantoms_with_TorchSharp_and_ONNX_Runtime_alike(string name, double gain)
    {
        var task = TatPretrained.Tasks[name];
        var pair = new PhantomPairs(task, 1, 128, 11).Read(0);
        using var torch = new Restorer(TatPretrained.Load(), ownsModel: true);
        using var onnx = TatPretrained.OpenOnnx();
        var restored = torch.Restore(pair.LowQuality, task);
        double Psnr(ImageSlice image) => ImageQuality.Measure(image, pair.HighQuality, task.MetricWindow).Psnr;
        Assert.IsGreaterThan(Psnr(pair.LowQuality) + gain, Psnr(restored));
        var difference = restored.Pixels.Zip(onnx.Restore([pair.LowQuality], [task])[0].Pixels, (a, b) => Math.Abs(a - b)).Max();
        Assert.IsLessThan(1e-4 * task.NormalizationRange.Width, difference);
    }

    [TestMethod]
    public void ML_NET_has_it_in_a_line_and_saves_it_with_a_pipeline()
    {
        var ml = new MLContext();
        var pair = new PhantomPairs(RestorationTask.Ct, 1, 64, 3).Read(0);
        var images = ml.Data.LoadFromEnumerable([new ImageInput(pair.LowQuality, "CT")]);
        using var torch = ml.ImageRestoration.LoadPretrained();
        using var onnx = ml.ImageRestoration.ApplyOnnx().Fit(images);
        var expected = Restored(torch.Transform(images));
        Assert.IsLessThan(0.5, Restored(onnx.Transform(images)).Zip(expected, (a, b) => Math.Abs(a - b)).Max());

        using var stream = new MemoryStream();
        ml.Model.Save(torch, images.Schema, stream);
        stream.Position = 0;
        var loaded = ml.Model.Load(stream, out _);
        CollectionAssert.AreEqual(expected, Restored(loaded.Transform(images)));
        using var restoration = ml.ImageRestoration.FindRestoration(loaded);
        Assert.AreEqual(TatPretrained.Card.Title, restoration.Card.Title);
        Assert.AreEqual(TatPretrained.Card.Title, ml.ImageRestoration.ReadModelInfo().Card.Title);

        static float[] Restored(IDataView view) => view.GetColumn<float[]>("Restored").Single();
    }

    [TestMethod]
    public void Its_name_stands_for_a_file_of_weights()
    {
        using var imported = WeightsFile.Import(TatPretrained.Name);
        using var loaded = TatPretrained.Load();
        Assert.AreEqual(loaded.Network.Options,
            imported.Network.Options with { Blocks = loaded.Network.Options.Blocks, Heads = loaded.Network.Options.Heads });
        Assert.AreEqual(TatPretrained.Card.Title, imported.Card.Title);
    }

    [TestMethod]
    public void It_is_trained_further_in_a_line()
    {
        var ml = new MLContext();
        var pair = new PhantomPairs(RestorationTask.Mri, 1, 64, 3).Read(0);
        var row = new ImageInput(pair.LowQuality, "MRI");
        var pairs = ml.Data.LoadFromEnumerable(
            [new { row.LowQuality, HighQuality = pair.HighQuality.Pixels, row.Height, row.Width, row.Task }]);
        using var tuned = ml.ImageRestoration.Trainers.FineTune(
            TatTrainerOptions.FineTuning with { Iterations = 1, WarmUpIterations = 0, PatchSize = 64, LearningRate = 1e-6 }).Fit(pairs);
        Assert.AreEqual(TatPretrained.Card.Title, tuned.Card.InitialWeights);
        Assert.AreEqual(TatPretrained.Tasks["MRI"], tuned.Tasks.Single());

        // A step of a low rate leaves nearly what there was.
        using var before = ml.ImageRestoration.LoadPretrained();
        Assert.IsGreaterThan(50, ImageQuality.Measure(tuned.Restorer.Restore([pair.LowQuality], [tuned.Tasks[0]])[0],
            before.Restorer.Restore([pair.LowQuality], [tuned.Tasks[0]])[0]).Psnr);
    }
}
