using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Checkpoints;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Runtime;

namespace Tat.MLNet.Scoring;

/// <summary>Restores images with a trained TAT on TorchSharp; made by <see cref="Training.TatEstimator"/>, or loaded.</summary>
/// <remarks>
/// Saved with <c>mlContext.Model.Save</c>, and loaded by <c>Model.Load</c> in any program that references this library. On loading, the
/// GPU is that of <see cref="MLContext.GpuDeviceId"/>; without one the model runs on the CPU. Where LibTorch cannot be
/// loaded, what it is can be read, and the first use of it throws a <see cref="LibTorchUnavailableException"/>.
/// </remarks>
public sealed class TatTransformer : RestorationTransformer
{
    internal const string LoaderName = "TatTransformer";
    internal const string WeightsName = WeightsFile.PipelineEntry;
    private static readonly ModelSignature _signature = new("TATMODEL", LoaderName);
    private readonly Saved _saved;
    private readonly TatModel? _model;
    private readonly UnavailableRestorer? _unavailable;

    internal TatTransformer(TatModel model, RestorationOptions options, IHostEnvironment? environment = null)
        : this(model, new Saved(
            options.Columns, options.BatchSize, options.NonFinite, options.Ensemble, options.Strength, options.LocalMeans), environment)
    {
    }

    private TatTransformer(TatModel model, Saved saved, IHostEnvironment? environment)
        : base(new Restorer(model, new RestorerOptions { NonFinite = saved.NonFinite }, ownsModel: true).With(
            saved.Ensemble, saved.LocalMeans, saved.Strength, saved.Columns.Margin is not null), saved.Columns, saved.BatchSize,
            environment) =>
        (_model, _saved) = (model, saved);

    private TatTransformer(UnavailableRestorer unavailable, Saved saved, IHostEnvironment? environment)
        : base(unavailable, saved.Columns, saved.BatchSize, environment) => (_unavailable, _saved) = (unavailable, saved);

    /// <summary>Whether the training that made the model was cancelled before its end.</summary>
    public bool WasCancelled => Card.WasCancelled;

    /// <summary>The network with its tasks and its card. The transformer owns it.</summary>
    /// <exception cref="LibTorchUnavailableException">LibTorch could not be loaded; so says whatever restores, too.</exception>
    public TatModel Model => _model ?? throw _unavailable!.Problem;

    internal static TatTransformer Create(IHostEnvironment env, object ctx)
    {
        var reader = ModelReader.Begin(ctx, _signature);
        var saved = reader.Read<Saved>();
        try
        {
            var device = TorchDevice.Of(env);
            return new(reader.ReadStream(WeightsName, stream => TatModel.Load(stream, device)), saved, env);
        }
        catch (LibTorchUnavailableException problem)
        {
            var (_, tasks, card) = reader.ReadStream(WeightsName, stream => TatModelFormat.ReadFile(stream, "model"));
            using var channel = env.Start(LoaderName);
            channel.Warning(MessageSensitivity.None, "{0}", problem.Message);
            return new(new UnavailableRestorer(tasks, card, problem), saved, env);
        }
    }

    private protected override void Save(ModelSaveContext context)
    {
        var writer = ModelWriter.Begin(context, _signature);
        writer.Write(_saved);
        writer.WriteStream(WeightsName, stream => Model.Save(stream));
    }

    private sealed record Saved(
        RestorationColumns Columns, int BatchSize, NonFiniteHandling NonFinite, bool Ensemble = false, double Strength = 1,
        bool LocalMeans = false);
}
