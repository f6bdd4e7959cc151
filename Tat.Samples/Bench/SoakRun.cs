using Microsoft.ML;
using Tat.MLNet;
using Tat.MLNet.Scoring;
using Tat.Torch.Imaging;

namespace Tat.Samples.Bench;

/// <summary>Whether memory stays flat and results stay the same over many predictions.</summary>
/// <param name="Engines">Prediction engines, each on a thread of its own.</param>
/// <param name="Predictions">Predictions of all of them, after three tenths as many for warmth.</param>
/// <param name="BeforeMegabytes">Resident memory after the warm-up.</param>
/// <param name="AfterMegabytes">Resident memory at the end.</param>
/// <param name="Different">Results that differed in a bit from those of one engine on one thread.</param>
/// <param name="PerSecond">Predictions per second.</param>
internal sealed record SoakRun(int Engines, int Predictions, double BeforeMegabytes, double AfterMegabytes, int Different, double PerSecond)
{
    private const int Images = 8;

    /// <summary>Growth as a share of the memory after the warm-up.</summary>
    public double Growth => (AfterMegabytes - BeforeMegabytes) / BeforeMegabytes;

    /// <summary>Predicts and compares.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engines">Engines and threads.</param>
    /// <param name="predictions">Predictions in all.</param>
    /// <param name="size">Side of the images.</param>
    /// <param name="progress">Is told the share that is done.</param>
    /// <param name="cancellationToken">Stops between predictions.</param>
    public static SoakRun Measure(TatTransformer model, int engines, int predictions, int size, IProgress<(double, string)> progress, CancellationToken cancellationToken)
    {
        var ml = new MLContext();
        var inputs = Enumerable.Range(0, Images).Select(i => Input(model, size, i)).ToArray();
        float[][] expected;
        using (var engine = CreateEngine(ml, model))
        {
            expected = [.. inputs.Select(input => (float[])engine.Predict(input).Restored.Clone())];
        }

        // The allocator's free lists take thousands of predictions until they fit every order in which two threads ask for memory.
        Predict(predictions * 3 / 10);
        var before = Megabytes();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var different = Predict(predictions);
        return new(engines, predictions, before, Megabytes(), different, predictions / clock.Elapsed.TotalSeconds);

        int Predict(int count)
        {
            var (done, wrong) = (0, 0);
            var threads = Enumerable.Range(0, engines).Select(_ => Task.Factory.StartNew(() =>
            {
                using var engine = CreateEngine(ml, model);
                for (var i = Interlocked.Increment(ref done) - 1; i < count; i = Interlocked.Increment(ref done) - 1)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!engine.Predict(inputs[i % Images]).Restored.AsSpan().SequenceEqual(expected[i % Images]))
                    {
                        Interlocked.Increment(ref wrong);
                    }

                    progress.Report(((i + 1.0) / count, $"{i + 1} of {count}"));
                }
            }, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            Task.WhenAll(threads).GetAwaiter().GetResult();
            return wrong;
        }
    }

    private static PredictionEngine<ImageInput, RestoredImage> CreateEngine(MLContext ml, TatTransformer model) =>
        ml.Model.CreatePredictionEngine<ImageInput, RestoredImage>(model, new PredictionEngineOptions { OwnsTransformer = false });

    private static ImageInput Input(TatTransformer model, int size, int index)
    {
        var task = model.Tasks[index % model.Tasks.Count];
        float[] pixels = [.. Enumerable.Range(0, size * size).Select(i => 0.5f + (0.4f * MathF.Sin((i * 0.05f) + index)))];
        task.Denormalize(pixels, pixels);
        return new(new ImageSlice(pixels, size, size), task.Name);
    }

    /// <summary>Resident memory without garbage, and without empty regions of the managed heap, which come and go in steps of 4 MB.</summary>
    private static double Megabytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet / 1e6;
    }
}
