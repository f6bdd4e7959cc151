using Microsoft.ML;
using Tat.MLNet;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Onnx;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Tests.Scoring;

/// <summary>What has been disposed of says so, whatever is asked of it.</summary>
[TestClass]
public sealed class DisposedModelTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Networks_models_and_restorers_throw_after_disposal()
    {
        using var folder = new TemporaryFolder();
        var model = TinyModel.Create();
        using var borrowing = new Restorer(model);
        var owning = new Restorer(model, ownsModel: true);
        using var image = zeros(1, 1, 16, 16);
        owning.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => Restore(owning));
        Assert.ThrowsExactly<ObjectDisposedException>(() => Restore(borrowing));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Network.forward(image));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Network.ComputeRepresentation(image));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Save(folder["gone.safetensors"]));
        Assert.IsEmpty(Directory.GetFiles(folder.Path));

        var onnx = new OnnxRestorer(ExportedModels.Export(ExportedModels.CreateModel()));
        onnx.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Restore(onnx));
    }

    [TestMethod]
    public void Transformers_throw_after_disposal_and_so_do_views_and_engines_of_theirs()
    {
        using var folder = new TemporaryFolder();
        var rows = _ml.Data.LoadFromEnumerable([new ImageInput { LowQuality = new float[256], Height = 16, Width = 16, Task = "CT" }]);
        var transformer = _ml.ImageRestoration.CreateTransformer(TinyModel.Create());
        var view = transformer.Transform(rows);
        using var engine = _ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        transformer.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.Transform(rows));
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.GetOutputSchema(rows.Schema));
        Assert.ThrowsExactly<ObjectDisposedException>(() => _ml.Model.Save(transformer, rows.Schema, folder["tat.zip"]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => view.Vectors("Restored"));
        Assert.ThrowsExactly<ObjectDisposedException>(() =>
            engine.Predict(new ImageInput { LowQuality = new float[256], Height = 16, Width = 16, Task = "CT" }));
    }

    private static void Restore(IImageRestorer restorer) => restorer.Restore([new(new float[256], 16, 16)], [RestorationTask.Ct]);
}
