using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scans;

/// <summary>Adds one to all pixels.</summary>
internal sealed class Increment(TaskVocabulary? tasks = null, ModelCard? card = null) : IImageRestorer
{
    public TaskVocabulary Tasks => tasks ?? TaskVocabulary.Paper;

    public ModelCard Card { get; } = card ?? new();

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        progress?.Report(1);
        return [.. images.Select(image => new ImageSlice(Array.ConvertAll(image.Pixels, value => value + 1), image.Height, image.Width))];
    }

    public void Dispose()
    {
    }
}
