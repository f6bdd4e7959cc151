using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference.Variants;

/// <summary>Applies a part of what a model changes.</summary>
internal sealed class StrengthRestorer(IImageRestorer restorer, double strength) : IImageRestorer
{
    public TaskVocabulary Tasks => restorer.Tasks;

    public ModelCard Card => restorer.Card;

    public string? ModelHash => restorer.ModelHash;

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        [.. restorer.Restore(images, tasks, progress, cancellationToken).Select((restored, i) => Apply(images[i], restored))];

    public void Dispose() => restorer.Dispose();

    private ImageSlice Apply(ImageSlice image, ImageSlice restored) => ReferenceEquals(image, restored)
        ? image
        : new([.. image.Pixels.Zip(restored.Pixels, (before, after) => (float)(before + (strength * ((double)after - before))))],
            image.Height, image.Width);
}
