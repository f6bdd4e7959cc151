namespace Tat.Torch.Training;

/// <content>Options that protect the work of a long training.</content>
public sealed partial record TatTrainerOptions
{
    /// <summary>
    /// The folder of checkpoints; made if it does not exist. Training that finds checkpoints there continues from the newest, and ends with
    /// the same weights, bit for bit, as if it had never been interrupted (same machine, data and options, no time limit).
    /// </summary>
    /// <value>
    /// The default, <see langword="null"/>, keeps no checkpoints, but for one where training fails; see <see cref="TatTrainer.KeptIn"/>.
    /// </value>
    public string? CheckpointFolder { get; init; }

    /// <summary>Iterations between checkpoints, 0 for none by count. There is one on cancellation and at the end, too.</summary>
    /// <value>The default is 1,000.</value>
    public long CheckpointInterval { get; init; } = 1000;

    /// <summary>Time between checkpoints, whatever the iterations take; <see langword="null"/> for none by time.</summary>
    /// <value>The default is five minutes.</value>
    public TimeSpan? CheckpointPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many checkpoints stay; older ones are deleted. At least 1.</summary>
    /// <value>The default is 3.</value>
    public int CheckpointsKept { get; init; } = 3;

    /// <summary>Whether training continues from checkpoints that it finds; if not, it refuses to start where there are some.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Resume { get; init; } = true;

    /// <summary>
    /// Whether to resume although options or training data differ from those of the checkpoint; otherwise that is an error, which names the
    /// differences. More iterations, and what has no influence on the weights, may always change.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowChangedOptions { get; init; }

    /// <summary>The reaction to a loss or gradient that is NaN or infinite.</summary>
    /// <value>The default is <see cref="DivergenceHandling.Stop"/>.</value>
    public DivergenceHandling OnDivergence { get; init; } = DivergenceHandling.Stop;

    /// <summary>What the learning rate is multiplied by after going back to a checkpoint, above 0 and below 1.</summary>
    /// <value>The default is 0.5.</value>
    public double RollBackRateFactor { get; init; } = 0.5;

    /// <summary>How often training goes back before it gives up, at least 1.</summary>
    /// <value>The default is 3.</value>
    public int MaximumRollBacks { get; init; } = 3;

    /// <summary>
    /// The options by name that may differ between a resumed training and the interrupted one: they do not change the weights after an
    /// iteration.
    /// </summary>
    internal static IReadOnlySet<string> FreeToChange { get; } = new HashSet<string>
    {
        nameof(Iterations), nameof(ProgressInterval), nameof(ImageCacheMegabytes), nameof(DataDescription), nameof(MaximumDuration),
        nameof(SkipUnreadableImages),
        nameof(CheckpointFolder), nameof(CheckpointInterval), nameof(CheckpointPeriod), nameof(CheckpointsKept), nameof(Resume),
        nameof(AllowChangedOptions),
        nameof(OnDivergence), nameof(RollBackRateFactor), nameof(MaximumRollBacks), nameof(LogFolder),
    };

    partial void ValidateSafety()
    {
        Require(CheckpointFolder is null || CheckpointFolder.Length > 0, nameof(CheckpointFolder), "empty", "use a folder, or null");
        Require(CheckpointInterval >= 0, nameof(CheckpointInterval), CheckpointInterval, "use 0 or more");
        Require(CheckpointPeriod is null || CheckpointPeriod > TimeSpan.Zero, nameof(CheckpointPeriod), CheckpointPeriod,
            "use a time above 0, or null");
        Require(CheckpointsKept >= 1, nameof(CheckpointsKept), CheckpointsKept, "use 1 or more");
        Require(Enum.IsDefined(OnDivergence), nameof(OnDivergence), OnDivergence,
            $"use {string.Join(" or ", Enum.GetNames<DivergenceHandling>())}");
        Require(OnDivergence == DivergenceHandling.Stop || CheckpointFolder is not null, nameof(OnDivergence), OnDivergence,
            "give a checkpoint folder to go back to");
        Require(RollBackRateFactor is > 0 and < 1, nameof(RollBackRateFactor), RollBackRateFactor, "use a number between 0 and 1");
        Require(MaximumRollBacks >= 1, nameof(MaximumRollBacks), MaximumRollBacks, "use 1 or more");
    }
}
