using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.Tests.Scoring;

namespace Tat.Tests.Serving;

/// <summary>Small models to serve, and an image for them.</summary>
internal static class ServedModels
{
    /// <param name="name">What messages call the image.</param>
    public static ImageInput Image(string name = "") =>
        new(new([.. Enumerable.Range(0, 16 * 16).Select(pixel => 5 + (4 * MathF.Sin(pixel * 0.2f)))], 16, 16), "PET", name);

    /// <summary>Saves a model with random weights, and tells what it makes of the image.</summary>
    public static float[] Save(string path, ulong seed)
    {
        var ml = new MLContext();
        using var transformer = new TatTransformer(TinyModel.Create(seed), new PretrainedOptions { BatchSize = 4 });
        var rows = ml.Data.LoadFromEnumerable([Image()]);
        ml.Model.Save(transformer, rows.Schema, path);
        using var engine = ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        return engine.Predict(Image()).Restored;
    }
}
