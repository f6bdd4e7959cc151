using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>
/// Stands for a loaded model where LibTorch cannot be loaded, and says so when it is to restore. ML.NET would put exceptions of its own
/// around one that is thrown while it loads.
/// </summary>
internal sealed class UnavailableRestorer(TaskVocabulary tasks, ModelCard card, LibTorchUnavailableException problem)
    : IImageRestorer
{
    public TaskVocabulary Tasks => tasks;

    public ModelCard Card => card;

    /// <summary>What to throw.</summary>
    public LibTorchUnavailableException Problem => new(problem.Message, problem);

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default) => throw Problem;

    public void Dispose()
    {
    }
}
