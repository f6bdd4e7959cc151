using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Inference;
using Tat.Torch.Onnx;

namespace Tat.MLNet.Scoring;

/// <summary>
/// Restores images with a TAT that was exported to ONNX, on ONNX Runtime and without LibTorch; made by <see cref="TatOnnxEstimator"/>, or
/// loaded.
/// </summary>
/// <remarks>
/// Saved with <c>mlContext.Model.Save</c> together with the ONNX model, and loaded by <c>Model.Load</c> in any program that references this
/// library and a native package of ONNX Runtime; where the execution provider is missing there, the CPU takes its place if
/// <see cref="MLContext.FallbackToCpu"/> allows it. Keeps the bytes of the ONNX file in memory to be able to save them.
/// </remarks>
public sealed class TatOnnxTransformer : RestorationTransformer
{
    internal const string LoaderName = "TatOnnxTransformer";
    internal const string ModelName = "Onnx";
    private static readonly ModelSignature _signature = new("TATONNX ", LoaderName);
    private const string Source = "The ONNX model in the model file";
    private readonly byte[] _model;
    private readonly Saved _saved;

    private TatOnnxTransformer(byte[] model, string source, OnnxRestorerOptions runtime, Saved saved, IHostEnvironment environment)
        : base(new OnnxRestorer(model, source, runtime).With(
            saved.Ensemble, saved.LocalMeans, saved.Strength, saved.Columns.Margin is not null), saved.Columns, saved.BatchSize,
            environment) => (_model, _saved) = (model, saved);

    /// <summary>Opens a model on the device that the options name, or else on the GPU of the context.</summary>
    /// <exception cref="NotSupportedException">That is not available, and the context does not let the CPU take its place.</exception>
    internal static TatOnnxTransformer Open(IHostEnvironment environment, byte[] model, string source, TatOnnxEstimator.Options options)
    {
        var runtime = options.Runtime;
        return Open(environment, model, source, new Saved(
            options.Columns, options.BatchSize, runtime.Threads, runtime.ExecutionProvider, runtime.DeviceId, runtime.MemoryArena,
            options.NonFinite, options.Ensemble, options.Strength, options.LocalMeans));
    }

    internal static TatOnnxTransformer Create(IHostEnvironment env, object ctx)
    {
        var reader = ModelReader.Begin(ctx, _signature);
        var saved = reader.Read<Saved>();
        var model = reader.ReadStream(ModelName, stream =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
        return Open(env, model, Source, saved);
    }

    private static TatOnnxTransformer Open(IHostEnvironment environment, byte[] model, string source, Saved saved)
    {
        var (settings, runtime) = (environment.Settings(), saved.Runtime);
        var wanted = runtime.IsOnCpu && settings.GpuDeviceId is { } gpu
            ? runtime with { ExecutionProvider = OnnxRestorerOptions.Cuda, DeviceId = gpu }
            : runtime;
        try
        {
            return new(model, source, wanted, saved, environment);
        }
        catch (NotSupportedException problem) when (!wanted.IsOnCpu && settings.FallbackToCpu)
        {
            using var channel = environment.Start("TAT on ONNX Runtime");
            channel.Warning(MessageSensitivity.None, "{0} The model runs on the CPU instead.", problem.Message);
            return new(model, source, runtime with { ExecutionProvider = OnnxRestorerOptions.Cpu }, saved, environment);
        }
    }

    private protected override void Save(ModelSaveContext context)
    {
        var writer = ModelWriter.Begin(context, _signature);
        writer.Write(_saved);
        writer.WriteStream(ModelName, stream => stream.Write(_model));
    }

    private sealed record Saved(
        RestorationColumns Columns, int BatchSize, int? Threads, string ExecutionProvider, int DeviceId, bool MemoryArena,
        NonFiniteHandling NonFinite, bool Ensemble = false, double Strength = 1, bool LocalMeans = false)
    {
        [JsonIgnore]
        public OnnxRestorerOptions Runtime => new()
        {
            Threads = Threads,
            ExecutionProvider = ExecutionProvider,
            DeviceId = DeviceId,
            MemoryArena = MemoryArena,
            NonFinite = NonFinite,
        };
    }
}
