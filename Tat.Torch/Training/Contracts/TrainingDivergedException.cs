namespace Tat.Torch.Training;

/// <summary>Training reached a loss or gradient that is NaN or infinite, and stopped before changing the weights.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="iteration">The iteration.</param>
    /// <param name="task">The task whose patches gave it, or all that it may be.</param>
    /// <param name="pairs">The pairs of the batch.</param>
    public TrainingDivergedException(string message, long iteration, string task, IReadOnlyList<string> pairs)
        : base(message) => (Iteration, Task, Pairs) = (iteration, task, pairs);

    /// <summary>The iteration that failed.</summary>
    public long Iteration { get; }

    /// <summary>The task whose patches gave the loss, or all tasks of the batch where only the gradients are not numbers.</summary>
    public string Task { get; }

    /// <summary>The pairs of the batch, each with its task.</summary>
    public IReadOnlyList<string> Pairs { get; }
}
