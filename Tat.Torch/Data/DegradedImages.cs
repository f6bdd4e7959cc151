using System.Collections.Concurrent;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Data;

/// <summary>Good images and low-quality counterparts that are made of them while training, of strengths drawn from a range.</summary>
/// <remarks>Safe for concurrent use, as far as <paramref name="images"/> are.</remarks>
/// <param name="images">The good images.</param>
/// <param name="range">How they are degraded.</param>
public sealed class DegradedImages(IGoodImages images, IDegradationRange range) : IRenewedPairs
{
    private readonly ConcurrentDictionary<int, Lazy<ImagePair>> _fixed = new();

    /// <inheritdoc/>
    public RestorationTask Task => images.Task;

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <inheritdoc/>
    public int Uses => range.Uses;

    /// <inheritdoc/>
    public string VolumeOf(int index) => $"{images.VolumeOf(index)}, {range.FixedStrength((ulong)index)}";

    /// <inheritdoc/>
    public string Fingerprint => images.Fingerprint;

    /// <inheritdoc/>
    public ImagePair Make(int index, ulong seed) => range.Draw(images.Read(index, seed), seed);

    /// <summary>
    /// Reads the pair for validation: of the strength that the range gives that index, with noise that follows from it; made when first
    /// read, and kept.
    /// </summary>
    /// <inheritdoc/>
    public ImagePair Read(int index) =>
        _fixed.GetOrAdd(index, _ => new(() => range.Fixed(images.Read(index, (ulong)index), (ulong)index))).Value;

    /// <inheritdoc/>
    public override string ToString() => $"{images} {range}";
}
