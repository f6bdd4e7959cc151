using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference.Variants;

/// <summary>Changes each result of a model, given its image; images that passed through the model unrestored stay as they are.</summary>
/// <param name="restorer">The model; disposed with this.</param>
/// <param name="variant">What the change is.</param>
/// <param name="change">Makes the new result of an image, what the model made of it, and its task.</param>
/// <param name="strength">The share of the model's change that is left by it.</param>
internal sealed class ChangedRestorer(IImageRestorer restorer, RestorerVariant variant,
    Func<ImageSlice, ImageSlice, RestorationTask, ImageSlice> change, double strength = 1) : IVariantRestorer
{
    public IImageRestorer Inner => restorer;

    public RestorerVariant Variant => variant;

    public double Strength => strength;

    public TaskVocabulary Tasks => restorer.Tasks;

    public ModelCard Card => restorer.Card;

    public string? ModelHash => restorer.ModelHash;

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        [.. restorer.Restore(images, tasks, progress, cancellationToken).Select(
            (restored, i) => ReferenceEquals(images[i], restored) ? restored : change(images[i], restored, tasks[i]))];

    public void Dispose() => restorer.Dispose();
}
