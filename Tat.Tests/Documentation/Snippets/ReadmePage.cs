using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Training;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of README.md.</summary>
internal static class ReadmePage
{
    public static void Pipeline()
    {
        // README.md
        var ml = new MLContext(seed: 42);
        var train = ml.ImageRestoration.LoadPairs("data", split: "train");
        var pipeline = ml.ImageRestoration.TagTask()
            .Append(ml.ImageRestoration.Trainers.Tat(network: TatNetworkOptions.Small, training: TatTrainerOptions.Cpu));
        var model = pipeline.Fit(train);
        var restored = model.Transform(ml.ImageRestoration.LoadPairs("data", split: "test"));
        var metrics = ml.ImageRestoration.Evaluate(restored);
        ml.Model.Save(model, train.Schema, "tat.zip");
        var engine = ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(ml.Model.Load("tat.zip", out _));
        // end
    }

    public static void Onnx(MLContext ml, Tat.Torch.Imaging.ImageSlice slice)
    {
        // README.md
        var images = ml.ImageRestoration.LoadImages("scans", task: "MRI");
        var restored = ml.ImageRestoration.ApplyOnnx("tat.onnx").Fit(images).Transform(images);
        var onGpu = ml.ImageRestoration.ApplyOnnx(new TatOnnxEstimator.Options { ModelFile = "tat.onnx", Runtime = new() { ExecutionProvider = "CUDA" } });
        using var withoutPipeline = new OnnxRestorer("tat.onnx");
        var range = ml.ImageRestoration.ReadModelInfo("pixels.onnx").Tasks["MRI"].RangeOf(slice); // an ImageSlice
        var plain = ml.Transforms.ApplyOnnxModel(["restored"], ["pixels", "size", "range_min", "range_max"], "pixels.onnx");
        // end
    }
}
