using System.Diagnostics;
using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.Torch.Imaging;

namespace Tat.Samples.Bench;

/// <summary>Whether memory stays flat and results stay the same over many predictions.</summary>
/// <param name="Engines">Prediction engines, each on a thread of its own.</param>
/// <param name="Predictions">Predictions of all of them, after three tenths as many for warmth.</param>
/// <param name="WarmMegabytes">The most resident memory during the warm-up.</param>
/// <param name="Megabytes">The most during the predictions.</param>
/// <param name="Different">Results that differed in a bit from those of one engine on one thread.</param>
/// <param name="PerSecond">Predictions per second.</param>
internal sealed record SoakRun(int Engines, int Predictions, double WarmMegabytes, double Megabytes, int Different, double PerSecond)
{
    private const int Images = 8;
    private const int PredictionsPerSample = 10;

    /// <summary>Growth as a share of the memory of the warm-up.</summary>
    public double Growth => (Megabytes - WarmMegabytes) / WarmMegabytes;

    /// <summary>Predicts and compares.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engines">Engines and threads.</param>
    /// <param name="predictions">Predictions in all.</param>
    /// <param name="size">Side of the images.</param>
    /// <param name="progress">Is told the share that is done.</param>
    /// <param name="cancellationToken">Stops between predictions.</param>
    public static SoakRun Measure(TatTransformer model, int engines, int predictions, int size, IProgress<(double, string)> progress,
        CancellationToken cancellationToken)
    {
        var ml = new MLContext();
        var inputs = Enumerable.Range(0, Images).Select(i => Input(model, size, i)).ToArray();
        float[][] expected;
        using (var engine = CreateEngine(ml, model))
        {
            expected = [.. inputs.Select(input => (float[])engine.Predict(input).Restored.Clone())];
        }

        // The allocator's free lists take thousands of predictions until they fit every order in which threads ask for memory.
        var warmUp = Math.Max(1, predictions * 3 / 10);
        var resident = new double[(warmUp + predictions + PredictionsPerSample - 1) / PredictionsPerSample];
        var (begun, wrong, warmAt) = (-1, 0, 0L);
        var threads = Enumerable.Range(0, engines)
            .Select(_ => Task.Factory.StartNew(Predict, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        Task.WhenAll(threads).GetAwaiter().GetResult();
        var seconds = Stopwatch.GetElapsedTime(warmAt).TotalSeconds;
        var first = (warmUp + PredictionsPerSample - 1) / PredictionsPerSample;
        return new(engines, predictions, resident[..first].Max(), resident[first..].DefaultIfEmpty(resident[^1]).Max(), wrong,
            predictions / seconds);

        void Predict()
        {
            using var engine = CreateEngine(ml, model);
            for (var i = Interlocked.Increment(ref begun); i < warmUp + predictions; i = Interlocked.Increment(ref begun))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (i == warmUp)
                {
                    warmAt = Stopwatch.GetTimestamp();
                }

                if (!engine.Predict(inputs[i % Images]).Restored.AsSpan().SequenceEqual(expected[i % Images]))
                {
                    Interlocked.Increment(ref wrong);
                }

                if (i % PredictionsPerSample == 0)
                {
                    resident[i / PredictionsPerSample] = Environment.WorkingSet / 1e6;
                }

                progress.Report(((i + 1.0) / (warmUp + predictions), $"{i + 1} of {warmUp + predictions}"));
            }
        }
    }

    private static PredictionEngine<ImageInput, RestoredImage> CreateEngine(MLContext ml, TatTransformer model) =>
        ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(model, new PredictionEngineOptions { OwnsTransformer = false });

    private static ImageInput Input(TatTransformer model, int size, int index)
    {
        var task = model.Tasks[index % model.Tasks.Count];
        float[] pixels = [.. Enumerable.Range(0, size * size).Select(i => 0.5f + (0.4f * MathF.Sin((i * 0.05f) + index)))];
        task.NormalizationRange.Denormalize(pixels, pixels);
        return new(new ImageSlice(pixels, size, size), task.Name);
    }
}
