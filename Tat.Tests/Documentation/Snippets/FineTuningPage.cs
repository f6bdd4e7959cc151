using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Torch.Pretrained;
using Tat.Torch.Training;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/fine-tuning.md.</summary>
internal static class FineTuningPage
{
    public static void Run(CancellationToken cancellationToken)
    {
        // docs/fine-tuning.md
        var ml = new MLContext(seed: 42);
        var train = ml.ImageRestoration.LoadPairs("pairs", split: "train");
        var model = ml.ImageRestoration.Trainers.FineTune().Fit(train);
        ml.Model.Save(model, train.Schema, "mine.zip");
        // end

        // docs/fine-tuning.md
        var options = new TatEstimator.Options
        {
            Network = TatPretrained.Network with { TrainSize = 64 },
            Training = TatTrainerOptions.FineTuning with { InitialWeights = TatPretrained.Name, Iterations = 2000, CheckpointFolder = "checkpoints" },
            ValidationSet = ml.ImageRestoration.LoadPairs("pairs", split: "validation"),
            MetricsCallback = progress => Console.WriteLine($"{progress.Iteration} of {progress.Iterations}: loss {progress.Loss:F4}, gain {progress.Validation?.MeanGain:F2} dB"),
            CancellationToken = cancellationToken,
            ReturnBestOnCancel = true,
        };
        var better = ml.ImageRestoration.Trainers.Tat(options).Fit(train);
        Console.WriteLine($"{better.Model.Card.Title}, cancelled: {better.WasCancelled}");
        // end
    }
}
