namespace Tat.Torch.Training;

/// <summary>The progress of a training, averaged over the iterations since the last report.</summary>
/// <remarks>
/// There is a report after each interval, with each validation, at once when there is something to tell, and every few seconds while a
/// validation takes long. Where no iteration has ended since the last one, it has no tasks, and loss and gradient norm are NaN.
/// </remarks>
public sealed record TrainingProgress
{
    /// <summary>Finished iterations.</summary>
    public required long Iteration { get; init; }

    /// <summary>Iterations of the whole training.</summary>
    public required long Iterations { get; init; }

    /// <summary>The share of the training that is done, 0 … 1; with a time limit the larger one of iterations and time.</summary>
    public required double Fraction { get; init; }

    /// <summary>The mean of the balanced loss, which the optimiser minimises.</summary>
    public required double Loss { get; init; }

    /// <summary>Error and weight by task; a task without patches in the interval is left out.</summary>
    public required IReadOnlyDictionary<string, TaskProgress> Tasks { get; init; }

    /// <summary>The learning rate of the last iteration.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The mean norm of all gradients together, before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Time of training so far, over all runs.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time to the end.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Where the time of an iteration went.</summary>
    public required TrainingTimes Times { get; init; }

    /// <summary>The validation that was just made; <see langword="null"/> in most reports.</summary>
    public ValidationResult? Validation { get; init; }

    /// <summary>The share of a validation under way that is done, 0 … 1; <see langword="null"/> at other times.</summary>
    public double? Validating { get; init; }

    /// <summary>
    /// What the user should know now: images skipped, checkpoints passed over or not written, a training that is ruined; empty in most
    /// reports.
    /// </summary>
    public IReadOnlyList<string> Messages { get; init; } = [];
}
