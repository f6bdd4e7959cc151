using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.MLNet.Serving;
using Tat.Torch.Checkpoints;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Phantoms;
using Tat.Torch.Pretrained;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Runtime;

/// <summary>The ways in which a program may enter what needs LibTorch, each the first thing that its process does.</summary>
internal static class EntryProbes
{
    /// <summary>Says which way; and a model file of ML.NET, for what loads one.</summary>
    public const string EntryVariable = "TAT_TESTS_ENTRY", ModelVariable = "TAT_TESTS_ENTRY_MODEL";

    public static IReadOnlyDictionary<string, Action> Entries { get; } = new Dictionary<string, Action>
    {
        ["network"] = () => new TatNetwork(TatNetworkOptions.Small).Dispose(),
        ["device"] = () => ComputeDevice.Choose("auto"),
        ["bundled model"] = () => TatPretrained.Load().Dispose(),
        ["weights"] = () => WeightsFile.Import(Model).Dispose(),
        ["training"] = () => new TatTrainer(TatNetworkOptions.Small, new(RestorationTask.Ct),
            TatTrainerOptions.Cpu with { Iterations = 1 }).Train([new PhantomPairs(RestorationTask.Ct, 2, 16, 1)], []).Dispose(),
        ["pool of a pipeline"] = () => new RestorationPool(new() { ModelPath = Model }).Dispose(),
        ["pool of the bundled model"] = () => new RestorationPool(new() { ModelPath = TatPretrained.Name }).Dispose(),
        ["model of a stream"] = () => TatModel.Load(TatPretrained.OpenFile()).Dispose(),
        ["export"] = () => OnnxExporter.Export(TatPretrained.Load(), new MemoryStream()),
        ["loaded pipeline"] = () => Predict(new MLContext().Model.Load(Model, out _)),
        ["loaded pipeline, its model"] = () => _ = ((TatTransformer)new MLContext().Model.Load(Model, out _)).Model,
        ["bundled model, ML.NET"] = () => new MLContext().ImageRestoration.LoadPretrained().Dispose(),
        ["training, ML.NET"] = () => Fit(new()),
        ["training on a GPU, ML.NET"] = () => Fit(new() { GpuDeviceId = 0, FallbackToCpu = true }),
    };

    private static string Model => Environment.GetEnvironmentVariable(ModelVariable)!;

    /// <summary>Enters, and tells whether the one exception comes that a program catches.</summary>
    public static string Enter()
    {
        try
        {
            Entries[Environment.GetEnvironmentVariable(EntryVariable)!]();
            return "entered";
        }
        catch (LibTorchUnavailableException)
        {
            return "caught";
        }
    }

    /// <summary>What a model is can be read without LibTorch.</summary>
    public static string LoadModel() => ((TatTransformer)new MLContext().Model.Load(Model, out _)).Card.Title;

    private static void Predict(ITransformer model) =>
        new MLContext().Model.CreatePredictionEngine<ImageInput, RestoredImage>(model).Predict(
            new(new ImageSlice(new float[256], 16, 16), "CT"));

    private static void Fit(MLContext ml) =>
        ml.ImageRestoration.Trainers.FineTune(TatTrainerOptions.FineTuning with { Iterations = 1, WarmUpIterations = 0, PatchSize = 16 })
            .Fit(ml.Data.LoadFromEnumerable([new Pair()])).Dispose();

    private sealed class Pair
    {
        public float[] LowQuality { get; set; } = new float[256];

        public float[] HighQuality { get; set; } = new float[256];

        public int Height { get; set; } = 16;

        public int Width { get; set; } = 16;

        public string Task { get; set; } = "CT";
    }
}
