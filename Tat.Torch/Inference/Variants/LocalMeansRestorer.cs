using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Numerics;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference.Variants;

/// <summary>Gives the results of a model the local means of their inputs.</summary>
/// <remarks>
/// y + G(x − y), for the image x, the result y and a Gaussian blur G: structures that are wide beside G come from the measurement, fine
/// ones from the model. Noise of a scan is fine, and little of it comes back.
/// </remarks>
internal sealed class LocalMeansRestorer(IImageRestorer restorer) : IImageRestorer
{
    /// <summary>
    /// Standard deviation of the blur in pixels: the least that costs no PSNR on the mean of scans that the model was not trained on.
    /// </summary>
    public const double Sigma = 6;

    public TaskVocabulary Tasks => restorer.Tasks;

    public ModelCard Card => restorer.Card;

    public string? ModelHash => restorer.ModelHash;

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        [.. restorer.Restore(images, tasks, progress, cancellationToken).Select((restored, i) => Apply(images[i], restored))];

    public void Dispose() => restorer.Dispose();

    private static ImageSlice Apply(ImageSlice image, ImageSlice restored)
    {
        if (ReferenceEquals(image, restored))
        {
            return image;
        }

        float[] removed = [.. image.Pixels.Zip(restored.Pixels, (before, after) => before - after)];
        var local = GaussianFilter.Blur(removed, image.Height, image.Width, Sigma);
        return new([.. restored.Pixels.Zip(local, (value, mean) => value + mean)], image.Height, image.Width);
    }
}
