using Tat.Torch.Data;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Runtime.Loading;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Resuming;

namespace Tat.Torch.Training;

/// <summary>
/// Trains a network on image pairs of one or several tasks, by the protocol of the paper (MICCAI 2025, arXiv 2512.14550).
/// </summary>
/// <remarks>
/// Each iteration takes patches of every task from the task's own shuffled list, balances their losses and changes the weights by AdamW
/// with a cosine rate. An exponential moving average of the weights is validated every so often, and the best average is the result.
/// Same seed, data and machine: same losses and weights, unless there is a time limit. A trainer can be used several times, from one thread
/// at a time.
/// </remarks>
public sealed class TatTrainer
{
    /// <summary>
    /// The key in <see cref="Exception.Data"/> under which a failure in the middle of a training without
    /// <see cref="TatTrainerOptions.CheckpointFolder"/> names the folder, in that for temporary files, where it keeps what it has learnt.
    /// <see cref="LoadCheckpoint"/> opens the best model; a training with it as its folder of checkpoints goes on.
    /// </summary>
    public const string KeptIn = "Tat.KeptIn";

    /// <summary>Creates a trainer.</summary>
    /// <param name="network">The architecture.</param>
    /// <param name="tasks">The tasks to train: one for a specialist, several for an all-in-one model.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TatTrainer(TatNetworkOptions network, TaskVocabulary tasks, TatTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(options);
        network.Validate();
        options.Validate();
        options.WeightsOf(tasks);
        (Network, Tasks, Options) = (network, tasks, options with { Seed = options.ChosenSeed });
    }

    /// <summary>The architecture.</summary>
    public TatNetworkOptions Network { get; }

    /// <summary>The tasks to train.</summary>
    public TaskVocabulary Tasks { get; }

    /// <summary>How to train.</summary>
    public TatTrainerOptions Options { get; }

    /// <summary>
    /// Loads the model of a training that is not at its end, or was: the newest checkpoint's best averaged weights, or the present ones
    /// where none were validated.
    /// </summary>
    /// <param name="folder">The folder of checkpoints, also while the training goes on; see
    /// <see cref="TatTrainerOptions.CheckpointFolder"/>.</param>
    /// <returns>On the CPU; to be disposed by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no checkpoint that is whole.</exception>
    public static TatModel LoadCheckpoint(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return CheckpointStore.LoadModel(folder);
    }

    /// <summary>Trains a model.</summary>
    /// <param name="train">Training pairs: at least one of each task. Sources of other tasks are left out.</param>
    /// <param name="validation">Pairs for choosing the best weights; if there are none of the trained tasks, the last averaged weights are
    /// the result. Pairs whose quality has no number, as where the reference is constant, are left out.</param>
    /// <param name="progress">Told about the progress, on the calling thread or, while a validation takes long, on one that restores
    /// images.</param>
    /// <param name="cancellationToken">Ends training early, with the best model so far; <see cref="ModelCard.WasCancelled"/> tells of
    /// it.</param>
    /// <returns>The averaged weights of the best validation so far, or the present ones where there was none; to be disposed by the
    /// caller.</returns>
    /// <exception cref="ArgumentException">A task has no training pairs.</exception>
    /// <exception cref="IOException">An image cannot be read, and is not to be skipped; or a folder cannot be written, or holds the logs of
    /// another training.</exception>
    /// <exception cref="InvalidDataException">No validation image can be measured.</exception>
    /// <exception cref="InvalidOperationException">There are checkpoints to go on from, of other options or training data.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a gradient is NaN or infinite.</exception>
    /// <exception cref="LibTorchUnavailableException">LibTorch cannot be loaded.</exception>
    public TatModel Train(IReadOnlyList<IPairSource> train, IReadOnlyList<IPairSource> validation,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        LibTorch.EnsureLoaded();
        var pools = PairPool.Group(train, Tasks, Options.ImageCacheMegabytes * 1024L * 1024);
        foreach (var pool in pools)
        {
            if (pool.Count == 0)
            {
                throw new ArgumentException(
                    $"Task {pool.Task} has no training pairs: add some, or leave the task out of the vocabulary.", nameof(train));
            }
        }

        using var loop = new TrainingLoop(this, pools,
            new Validator(PairPool.Group(validation, Tasks, 0), Options.ValidationImagesPerTask, Options.SkipUnreadableImages), progress);
        loop.Run(cancellationToken);
        return loop.TakeModel();
    }
}
