using System.Text.Json.Serialization;
using Tat.Torch.Imaging;
using Tat.Torch.Model;

namespace Tat.Torch.Training;

/// <summary>How far training has come, averaged over the iterations since the last report.</summary>
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

    /// <summary>What the user should know: images skipped, checkpoints passed over; empty in most reports.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];
}

/// <summary>Training of one task, averaged over the patches since the last report.</summary>
/// <param name="Loss">Mean absolute error of restored patches, in normalised intensity (0 … 1 is the task's range).</param>
/// <param name="InputLoss">Mean absolute error of the degraded patches, which restoring should lower.</param>
/// <param name="Weight">What the loss balancer estimated: u for task-adaptive balancing, σ for uncertainty, 1 for uniform.</param>
public sealed record TaskProgress(double Loss, double InputLoss, double Weight);

/// <summary>A validation of the averaged weights.</summary>
/// <param name="Iteration">After which iteration.</param>
/// <param name="Tasks">Mean quality by task.</param>
/// <param name="MeanPsnr">Mean PSNR in dB over the images of all tasks.</param>
/// <param name="MeanGain">By how many dB the PSNR is above that of the degraded images: the mean over tasks of each task's mean. The best weights are chosen by it.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record ValidationResult(long Iteration, IReadOnlyDictionary<string, TaskScore> Tasks, double MeanPsnr, double MeanGain, bool IsBest)
{
    /// <summary>Mean quality by volume, as far as it is known which images belong together.</summary>
    [JsonIgnore]
    public IReadOnlyList<VolumeScore> Volumes { get; init; } = [];

    /// <summary>The first image of each task, to look at.</summary>
    [JsonIgnore]
    public IReadOnlyList<ValidationSample> Samples { get; init; } = [];
}

/// <summary>Mean quality of the validation images of one volume.</summary>
/// <param name="Task">Name of their task.</param>
/// <param name="Volume">What the volume is called; empty where that is unknown.</param>
/// <param name="Input">The degraded images.</param>
/// <param name="Restored">What the averaged weights make of them.</param>
public sealed record VolumeScore(string Task, string Volume, TaskScore Input, TaskScore Restored);

/// <summary>An image of a validation, in the task's unit.</summary>
/// <param name="Task">Name of its task.</param>
/// <param name="Name">Name of the pair.</param>
/// <param name="Input">The degraded image.</param>
/// <param name="Restored">What the averaged weights make of it.</param>
/// <param name="Reference">What it should be.</param>
public sealed record ValidationSample(string Task, string Name, ImageSlice Input, ImageSlice Restored, ImageSlice Reference);
