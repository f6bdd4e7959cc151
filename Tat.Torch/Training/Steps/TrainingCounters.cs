namespace Tat.Torch.Training.Steps;

/// <summary>What training remembers beside weights; part of a checkpoint.</summary>
internal sealed record TrainingCounters
{
    /// <summary>What tells this training from others, through all interruptions; its logs carry it.</summary>
    public string Training { get; init; } = "";

    /// <summary>Finished iterations.</summary>
    public long Iteration { get; init; }

    /// <summary>Optimiser steps taken.</summary>
    public long Steps { get; init; }

    /// <summary>Time of training over all runs.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The validation that the best weights come from.</summary>
    public ValidationResult? Best { get; init; }

    /// <summary>The fingerprint of the images that <see cref="Best"/> was measured on.</summary>
    public string ValidationImages { get; init; } = "";

    /// <summary>The iteration that was validated last.</summary>
    public long LastValidation { get; init; }

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; init; }

    /// <summary>What the learning rate is multiplied by.</summary>
    public double RateScale { get; init; } = 1;

    /// <summary>How often training went back to a checkpoint.</summary>
    public int RollBacks { get; init; }

    /// <summary>Unreadable images passed over.</summary>
    public long SkippedImages { get; init; }
}
