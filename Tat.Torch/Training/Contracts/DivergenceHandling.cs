namespace Tat.Torch.Training;

/// <summary>The reaction to a loss or gradient that is NaN or infinite.</summary>
public enum DivergenceHandling
{
    /// <summary>A <see cref="TrainingDivergedException"/> says in which iteration and with which images.</summary>
    Stop,

    /// <summary>Training goes back to the last checkpoint and on from there with a lower learning rate.</summary>
    RollBack,
}
