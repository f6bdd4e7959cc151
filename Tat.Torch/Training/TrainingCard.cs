using Tat.Torch.Data;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training;

/// <summary>Describes a model that a training has made.</summary>
/// <remarks>A card goes with the model to other people: it names files, and never their folders.</remarks>
internal static class TrainingCard
{
    public static ModelCard Of(
        TatTrainerOptions options, IEnumerable<PairPool> pools, TrainingCounters counters, bool wasCancelled) => new()
        {
            Trained = DateTimeOffset.UtcNow,
            Iterations = counters.Best?.Iteration ?? counters.Iteration,
            WasCancelled = wasCancelled,
            Data = options.DataDescription,
            InitialWeights = options.InitialWeights is { } weights && TatPretrained.IsMeantBy(weights)
            ? TatPretrained.Card.Title
            : Path.GetFileName(options.InitialWeights),
            TrainingPairs = pools.ToDictionary(pool => pool.Task.Name, pool => pool.Count),
            Validation = counters.Best?.Tasks ?? new Dictionary<string, TaskScore>(),
            Training = OptionsText.Describe(options).Where(option => IsTold(option.Key)).ToDictionary(),
        };

    private static bool IsTold(string option) => option switch
    {
        nameof(TatTrainerOptions.Iterations) => true,
        nameof(TatTrainerOptions.InitialWeights) => false,
        _ => !TatTrainerOptions.FreeToChange.Contains(option),
    };
}
