namespace Tat.Torch.Training;

/// <summary>
/// How the time of an iteration is spent, averaged over the iterations since the last report; without validations and checkpoints.
/// </summary>
/// <remarks>
/// A GPU computes while the program goes on, so that its time shows where the program waits for a result: mostly in <see cref="Loss"/>.
/// </remarks>
public sealed record TrainingTimes
{
    /// <summary>Waiting for patches, which another thread reads and cuts, and bringing them to the device.</summary>
    public required TimeSpan Data { get; init; }

    /// <summary>The network on all patches.</summary>
    public required TimeSpan Forward { get; init; }

    /// <summary>Errors of the patches and their balanced loss.</summary>
    public required TimeSpan Loss { get; init; }

    /// <summary>Gradients of all parameters; with recomputed activations also the blocks that are run again.</summary>
    public required TimeSpan Backward { get; init; }

    /// <summary>What is done with the gradients: clearing, norm, clipping, AdamW, and the moving average of the weights.</summary>
    public required TimeSpan Optimizer { get; init; }

    /// <summary>All of it.</summary>
    public TimeSpan Total => Data + Forward + Loss + Backward + Optimizer;
}
