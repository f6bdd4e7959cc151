using Tat.Torch.Files;
using Tat.Torch.Losses;
using Tat.Torch.Model.Contracts;
using TorchSharp;

namespace Tat.Torch.Training;

/// <summary>Options of a trainer. The defaults are those of the paper (MICCAI 2025, arXiv 2512.14550).</summary>
/// <remarks>Immutable; <see cref="Validate"/> runs before training.</remarks>
public sealed partial record TatTrainerOptions
{
    /// <summary>The protocol of the paper: 400,000 iterations of 4 patches of 128 × 128 per task. Meant for a GPU.</summary>
    public static TatTrainerOptions Paper { get; } = new();

    /// <summary>
    /// A short training of a small network on a CPU: 600 iterations of one patch of 64 × 64 per task, with a higher rate.
    /// </summary>
    public static TatTrainerOptions Cpu { get; } = new()
    {
        Iterations = 600,
        BatchSizePerTask = 1,
        PatchSize = 64,
        LearningRate = 1e-3,
        ValidationInterval = 100,
        ValidationImagesPerTask = 32,
        CheckpointInterval = 100,
        ProgressInterval = 10,
    };

    /// <summary>
    /// A short further training of a small network that has learnt already: as <see cref="Cpu"/>, with a lower rate that rises slowly,
    /// patches mirrored and turned, and square errors, as the model that comes with the library has been trained.
    /// </summary>
    public static TatTrainerOptions FineTuning { get; } =
        Cpu with
        {
            LearningRate = 3e-4,
            WarmUpIterations = 20,
            GradientClipping = 1,
            FlipsAndQuarterTurns = true,
            Loss = RestorationLoss.RootMeanSquare,
        };

    /// <summary>Number of iterations (optimiser steps), at least 1.</summary>
    /// <value>The default is 400,000.</value>
    public long Iterations { get; init; } = 400_000;

    /// <summary>Patches per task in each iteration, at least 1.</summary>
    /// <value>The default is 4.</value>
    public int BatchSizePerTask { get; init; } = 4;

    /// <summary>
    /// Rows and columns of a training patch: a multiple of 8, normally the network's train size. Smaller images are continued by mirroring.
    /// </summary>
    /// <value>The default is 128.</value>
    public int PatchSize { get; init; } = 128;

    /// <summary>The learning rate that the cosine starts from, above 0.</summary>
    /// <value>The default is 2e-4.</value>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>The learning rate that the cosine ends with, 0 … <see cref="LearningRate"/>.</summary>
    /// <value>The default is 1e-7.</value>
    public double MinimumLearningRate { get; init; } = 1e-7;

    /// <summary>AdamW's β₁, 0 … 1.</summary>
    /// <value>The default is 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's β₂, 0 … 1.</summary>
    /// <value>The default is 0.99.</value>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>AdamW's ε, above 0.</summary>
    /// <value>The default is 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>AdamW's decoupled weight decay, at least 0.</summary>
    /// <value>The default is 0.01.</value>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The largest decay of the moving average of the weights, 0 … 1 (0: no averaging).</summary>
    /// <value>The default is 0.999.</value>
    public double EmaDecay { get; init; } = 0.999;

    /// <summary>How the losses of the tasks are balanced.</summary>
    /// <value>The default is <see cref="Losses.LossBalancing.TaskAdaptive"/>.</value>
    public LossBalancing LossBalancing { get; init; } = LossBalancing.TaskAdaptive;

    /// <summary>What is minimised of each sample.</summary>
    /// <value>The default is <see cref="RestorationLoss.MeanAbsolute"/>.</value>
    public RestorationLoss Loss { get; init; } = RestorationLoss.MeanAbsolute;

    /// <summary>Iterations between validations of the averaged weights, at least 1; the last iteration is always followed by one.</summary>
    /// <value>The default is 1,000.</value>
    public long ValidationInterval { get; init; } = 1000;

    /// <summary>
    /// How many validation images of each task are used, spread evenly over all volumes and over the slices of each; at least 1.
    /// </summary>
    /// <value>The default is 16.</value>
    public int ValidationImagesPerTask { get; init; } = 16;

    /// <summary>The seed where options name none.</summary>
    public const ulong DefaultSeed = 42;

    /// <summary>The seed that all randomness follows from: initial weights, orders, patches.</summary>
    /// <value>
    /// The default, <see langword="null"/>, is the seed of the <c>MLContext</c> in a pipeline, and where there is none,
    /// <see cref="DefaultSeed"/>.
    /// </value>
    public ulong? Seed { get; init; }

    /// <summary>The seed of a training, which has been decided.</summary>
    internal ulong ChosenSeed => Seed ?? DefaultSeed;

    /// <summary>Where the network runs.</summary>
    /// <value>The default, <see langword="null"/>, is the CPU.</value>
    public torch.Device? Device { get; init; }

    /// <summary>Iterations between progress reports, at least 1.</summary>
    /// <value>The default is 10.</value>
    public long ProgressInterval { get; init; } = 10;

    /// <summary>
    /// A folder for logs of this training alone, of none before: <c>training.csv</c>, <c>validation.csv</c>, and event files for
    /// TensorBoard with scalars and sample images.
    /// </summary>
    /// <value>The default, <see langword="null"/>, writes none.</value>
    public string? LogFolder { get; init; }

    /// <summary>Memory in MiB that keeps training images once they have been read, 0 or more.</summary>
    /// <value>The default is 512.</value>
    public int ImageCacheMegabytes { get; init; } = 512;

    /// <summary>
    /// A limit to the time of training. Progress then counts as whichever of iterations and time has advanced further, and the learning
    /// rate follows that progress, so its cosine is complete when the time is over; time is kept back for the last validation. The result
    /// depends on the speed of the machine.
    /// </summary>
    /// <value>The default, <see langword="null"/>, is no limit: training is reproducible.</value>
    public TimeSpan? MaximumDuration { get; init; }

    /// <summary>
    /// A file of weights to start from, for fine-tuning: whatever <see cref="Checkpoints.WeightsFile.Import"/> reads, or the folder of a
    /// training's checkpoints, of the same architecture.
    /// </summary>
    /// <value>The default, <see langword="null"/>, is random weights from the seed.</value>
    public string? InitialWeights { get; init; }

    /// <summary>What the training data is, in the user's words, for the model card.</summary>
    public string? DataDescription { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and what to
    /// use.</exception>
    public void Validate()
    {
        Require(Iterations >= 1, nameof(Iterations), Iterations, "use 1 or more");
        Require(BatchSizePerTask is >= 1 and <= 4096, nameof(BatchSizePerTask), BatchSizePerTask, "use 1 to 4096");
        Require(IsPatchSize(PatchSize), nameof(PatchSize), PatchSize, "use a multiple of 8 from 8 to 4096");
        Require(double.IsFinite(LearningRate) && LearningRate > 0, nameof(LearningRate), LearningRate, "use a number above 0");
        Require(MinimumLearningRate >= 0 && MinimumLearningRate <= LearningRate, nameof(MinimumLearningRate), MinimumLearningRate,
            "use 0 up to the learning rate");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "use 0 up to, not including, 1");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "use 0 up to, not including, 1");
        Require(double.IsFinite(Epsilon) && Epsilon > 0, nameof(Epsilon), Epsilon, "use a number above 0");
        Require(double.IsFinite(WeightDecay) && WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "use 0 or more");
        Require(EmaDecay is >= 0 and < 1, nameof(EmaDecay), EmaDecay, "use 0 up to, not including, 1");
        Require(Enum.IsDefined(LossBalancing), nameof(LossBalancing), LossBalancing,
            $"use {string.Join(", ", Enum.GetNames<LossBalancing>())}");
        Require(Enum.IsDefined(Loss), nameof(Loss), Loss, $"use {string.Join(", ", Enum.GetNames<RestorationLoss>())}");
        Require(ValidationInterval >= 1, nameof(ValidationInterval), ValidationInterval, "use 1 or more");
        Require(ValidationImagesPerTask >= 1, nameof(ValidationImagesPerTask), ValidationImagesPerTask, "use 1 or more");
        Require(ProgressInterval >= 1, nameof(ProgressInterval), ProgressInterval, "use 1 or more");
        Require(ImageCacheMegabytes >= 0, nameof(ImageCacheMegabytes), ImageCacheMegabytes, "use 0 or more");
        Require(MaximumDuration is null || MaximumDuration > TimeSpan.Zero, nameof(MaximumDuration), MaximumDuration,
            "use a time above 0, or null");
        ValidateRefinements();
        ValidateSafety();
    }

    partial void ValidateRefinements();

    partial void ValidateSafety();

    private static bool IsPatchSize(int size) => size is >= NetworkPlan.SizeMultiple and <= 4096 && size % NetworkPlan.SizeMultiple == 0;

    private static void Require(bool holds, string option, object? value, string advice) =>
        OptionCheck.Require(holds, "training", option, value, advice);
}
