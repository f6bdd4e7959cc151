using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Training;

/// <summary>The same images several times in a row: each time they are degraded by other noise and, where it varies, strength.</summary>
internal sealed class RepeatedImages(IGoodImages images, int times) : IGoodImages
{
    /// <inheritdoc/>
    public RestorationTask Task => images.Task;

    /// <inheritdoc/>
    public int Count => images.Count * times;

    /// <inheritdoc/>
    public string Fingerprint => images.Fingerprint;

    /// <inheritdoc/>
    public string VolumeOf(int index) => images.VolumeOf(index % images.Count);

    /// <inheritdoc/>
    public GoodImage Read(int index, ulong seed) => images.Read(index % images.Count, seed);

    /// <inheritdoc/>
    public override string ToString() => $"{images} × {times}";
}
