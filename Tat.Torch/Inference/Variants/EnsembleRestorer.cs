using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference.Variants;

/// <summary>The mean of what a model makes of an image in all its orientations.</summary>
internal sealed class EnsembleRestorer(IImageRestorer restorer) : IVariantRestorer
{
    public IImageRestorer Inner => restorer;

    public RestorerVariant Variant => RestorerVariant.Ensemble;

    public TaskVocabulary Tasks => restorer.Tasks;

    public ModelCard Card => restorer.Card;

    public string? ModelHash => restorer.ModelHash;

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        [.. OrientationEnsemble.Restore(restorer, images, tasks, progress, cancellationToken).Select(result => result.Mean)];

    public void Dispose() => restorer.Dispose();
}
