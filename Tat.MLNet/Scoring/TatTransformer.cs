using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Checkpoints;
using Tat.Torch.Inference;
using Tat.Torch.Model;

namespace Tat.MLNet.Scoring;

/// <summary>Restores images with a trained TAT on TorchSharp; made by <see cref="Training.TatEstimator"/>, or loaded.</summary>
/// <remarks>
/// Saved with <c>mlContext.Model.Save</c>, and loaded by <c>Model.Load</c> in any program that references this library, without further ado.
/// On loading, the GPU is that of <see cref="MLContext.GpuDeviceId"/>; without one the model runs on the CPU.
/// </remarks>
public sealed class TatTransformer : RestorationTransformer
{
    internal const string LoaderName = "TatTransformer";
    internal const string WeightsName = WeightsFile.PipelineEntry;
    private static readonly ModelSignature _signature = new("TATMODEL", LoaderName);
    private readonly NonFiniteHandling _nonFinite;

    internal TatTransformer(TatModel model, RestorationOptions options, IHostEnvironment? environment = null)
        : this(model, options.Columns, options.BatchSize, options.NonFinite, environment)
    {
    }

    private TatTransformer(TatModel model, RestorationColumns columns, int batchSize, NonFiniteHandling nonFinite, IHostEnvironment? environment)
        : base(new Restorer(model, new RestorerOptions { NonFinite = nonFinite }, ownsModel: true), columns, batchSize, environment) => (Model, _nonFinite) = (model, nonFinite);

    /// <summary>Whether the training that made the model was cancelled before its end.</summary>
    public bool WasCancelled => Card.WasCancelled;

    /// <summary>The network with its tasks and its card. The transformer owns it.</summary>
    public TatModel Model { get; }

    internal static TatTransformer Create(IHostEnvironment env, object ctx)
    {
        var reader = ModelReader.Begin(ctx, _signature);
        var saved = JsonSerializer.Deserialize<Saved>(reader.ReadName())!;
        var device = TorchDevice.Of(env);
        var model = reader.ReadStream(WeightsName, stream => TatModel.Load(stream, device));
        return new(model, saved.Columns, saved.BatchSize, saved.NonFinite, env);
    }

    private protected override void Save(ModelSaveContext context)
    {
        var writer = ModelWriter.Begin(context, _signature);
        writer.Write(JsonSerializer.Serialize(new Saved(Columns, BatchSize, _nonFinite)));
        writer.WriteStream(WeightsName, stream => Model.Save(stream));
    }

    private sealed record Saved(RestorationColumns Columns, int BatchSize, NonFiniteHandling NonFinite);
}
