using Tat.Torch.Runtime;

namespace Tat.Torch.Inference.Tiling;

/// <summary>
/// The memory of images on their way through a network: a quarter of it is kept for small ones, which large ones could otherwise keep
/// waiting for minutes.
/// </summary>
/// <param name="budget">Bytes in all.</param>
/// <param name="cores">How many small images go at the same time.</param>
internal sealed class ImageMemory(long budget, int cores)
{
    private readonly BudgetGate _small = new(Math.Max(1, budget / 4));
    private readonly BudgetGate _large = new(Math.Max(1, budget - (budget / 4)));

    /// <summary>Bytes that one image, or some at the same time, may take.</summary>
    public long Largest => _large.Budget;

    /// <summary>Waits until there is memory, first come, first served among small images, and among large ones.</summary>
    /// <param name="bytes">What an image needs.</param>
    /// <param name="count">How many go at the same time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>To be disposed when they are done.</returns>
    public IDisposable Enter(long bytes, int count, CancellationToken cancellationToken) =>
        (bytes <= _small.Budget / cores ? _small : _large).Enter(bytes * count, cancellationToken);
}
