using Tat.Torch.Data;
using Tat.Torch.Inference;
using Tat.Torch.Losses;
using Tat.Torch.Metrics;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>Trains variants of the network on the same data with the same seed, and measures each on the same images.</summary>
internal sealed class AblationStudy(
    TatNetworkOptions network, TatTrainerOptions training, IReadOnlyList<IPairSource> train, IReadOnlyList<IPairSource> test)
{
    /// <summary>What the paper takes away, and one more way of balancing; the whole method comes last.</summary>
    public static IReadOnlyList<Variant> Variants { get; } =
    [
        new("neither", false, LossBalancing.Uniform),
        new("loss balancing alone", false, LossBalancing.TaskAdaptive),
        new("weight generation alone", true, LossBalancing.Uniform),
        new("weight generation, uncertainty", true, LossBalancing.Uncertainty),
        new("TAT: both", true, LossBalancing.TaskAdaptive),
    ];

    /// <summary>A way to train.</summary>
    /// <param name="Name">What to call it.</param>
    /// <param name="WeightGeneration">Whether kernels are generated from the task representation.</param>
    /// <param name="Balancing">How losses are balanced.</param>
    public sealed record Variant(string Name, bool WeightGeneration, LossBalancing Balancing);

    /// <summary>An image of the test set as a variant restores it.</summary>
    public sealed record Measurement(string Variant, string Task, string Image, double Psnr, double Ssim, double Rmse);

    /// <summary>Trains and measures all variants.</summary>
    /// <param name="tell">Takes what the user should know at once.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops.</param>
    public IReadOnlyList<Measurement> Run(
        Action<string> tell, IProgress<(double Share, string Status)> progress, CancellationToken cancellationToken)
    {
        var tasks = new TaskVocabulary(test.Select(source => source.Task));
        var measurements = new List<Measurement>();
        for (var i = 0; i < Variants.Count; i++)
        {
            var (variant, done) = (Variants[i], i);
            var trainer = new TatTrainer(
                network with { WeightGeneration = variant.WeightGeneration },
                tasks,
                training with { LossBalancing = variant.Balancing });
            using var model = trainer.Train(train, [], new DirectProgress<TrainingProgress>(report =>
            {
                foreach (var message in report.Messages)
                {
                    tell($"{variant.Name}: {message}");
                }

                progress.Report(((done + report.Fraction) / Variants.Count,
                    $"{variant.Name}, iteration {report.Iteration} of {report.Iterations}"));
            }), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            measurements.AddRange(Measure(variant, model, cancellationToken));
        }

        return measurements;
    }

    private IEnumerable<Measurement> Measure(Variant variant, TatModel model, CancellationToken cancellationToken)
    {
        using var restorer = new Restorer(model);
        foreach (var source in test)
        {
            var pairs = Enumerable.Range(0, source.Count).Select(source.Read).ToArray();
            var restored = restorer.Restore(
                [.. pairs.Select(pair => pair.LowQuality)], [.. pairs.Select(_ => source.Task)], cancellationToken: cancellationToken);
            foreach (var (pair, image) in pairs.Zip(restored))
            {
                var quality = ImageQuality.Measure(image, pair.HighQuality, source.Task.MetricWindow);
                yield return new(variant.Name, source.Task.Name, pair.Name, quality.Psnr, quality.Ssim, quality.Rmse);
            }
        }
    }
}
