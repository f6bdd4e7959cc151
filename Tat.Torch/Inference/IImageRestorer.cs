using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>Restores images with a trained model, whatever runs it.</summary>
/// <remarks>Implementations are safe for concurrent calls.</remarks>
public interface IImageRestorer : IDisposable
{
    /// <summary>The tasks that the model has learnt.</summary>
    TaskVocabulary Tasks { get; }

    /// <summary>The identity and origin of the model.</summary>
    ModelCard Card { get; }

    /// <summary>
    /// Which model exactly it is, for results to name: <c>sha256:</c> and the hash of the file that holds it, or would if it were saved
    /// alone; <see langword="null"/> where that is not known.
    /// </summary>
    string? ModelHash => null;

    /// <summary>Restores images of any sizes; but for rounding, the result for an image does not depend on the others.</summary>
    /// <param name="images">Images in their task's physical unit.</param>
    /// <param name="tasks">The task of each image, one of <see cref="Tasks"/>.</param>
    /// <param name="progress">Is told the share of the work that is done, from above 0 to 1; by one thread at a time, which may be another
    /// than the caller's.</param>
    /// <param name="cancellationToken">Stops between images, and within one as soon as what runs it allows: on a CPU within a
    /// layer.</param>
    /// <returns>As many images of the same sizes, in the same order and unit: f(clip(x)) + x − clip(x) for an image x, clipped to
    /// <see cref="RestorationTask.RangeOf"/> for the network f.</returns>
    /// <exception cref="InvalidDataException">An image has a NaN or infinite value, or more pixels than are allowed.</exception>
    IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default);
}
