using Tat.Torch.Data;
using Tat.Torch.Degradation;
using Tat.Torch.Imaging;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Phantoms;

/// <summary>Pairs of phantoms and simulated low-quality scans of them, made when first read and kept.</summary>
/// <remarks>
/// Heads and torsos take turns. PET pairs are low and full counts of one scan of an attenuating phantom, both reconstructed by OSEM; CT
/// pairs a low-dose and a noiseless reconstruction; MRI pairs a k-space crop and the phantom itself. Pair <c>i</c> depends on the task, the
/// seed, the size and <c>i</c> only. Safe for concurrent reads.
/// </remarks>
public sealed class PhantomPairs : IPairSource
{
    /// <summary>Counts, background and smoothing of a clinical scan with pixels of 2 to 3 mm.</summary>
    internal static PetLowCount Clinical { get; } = new() { Counts = 8e5, BackgroundFraction = 0.3, PostFilterWidth = 5 };

    private readonly Lazy<ImagePair>[] _pairs;
    private readonly PetLowCount _pet = Clinical;
    private readonly CtLowDose _ct = new();
    private readonly MriKSpaceCrop _mri = new();

    /// <summary>Describes the pairs; none is made yet.</summary>
    /// <param name="task">PET, CT or MRI.</param>
    /// <param name="count">Number of pairs, at least 1.</param>
    /// <param name="size">Rows and columns of an image, at least 16.</param>
    /// <param name="seed">Which phantoms: take different seeds for training and test data.</param>
    /// <exception cref="ArgumentException">There are no phantoms for the task.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count or the size is too small.</exception>
    public PhantomPairs(RestorationTask task, int count, int size, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        _ = Appearance.Of(task, new(seed));
        (Task, Count) = (task, count);
        _pairs = [.. Enumerable.Range(0, count)
            .Select(index => new Lazy<ImagePair>(() => Make(task, size, new RandomStream(seed, index).NextBits(), index)))];
    }

    /// <summary>MRI: the factor per axis by which the resolution is reduced.</summary>
    /// <value>The default is that of the paper's data, 4.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 or not finite.</exception>
    public double MriFactor
    {
        get => _mri.Factor;
        init => _mri = new() { Factor = value };
    }

    /// <summary>CT: the low dose as a fraction of the full one.</summary>
    /// <value>The default is that of the paper's data, 0.25.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 1.</exception>
    public double DoseFraction
    {
        get => _ct.DoseFraction;
        init => _ct = new() { DoseFraction = value };
    }

    /// <summary>PET: by what factor counts are reduced.</summary>
    /// <value>The default is that of the paper's data, 12.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 1.</exception>
    public double CountReduction
    {
        get => _pet.Reduction;
        init =>
            _pet = new()
            {
                Reduction = value,
                Counts = Clinical.Counts,
                BackgroundFraction =
                Clinical.BackgroundFraction,
                PostFilterWidth = Clinical.PostFilterWidth
            };
    }

    /// <inheritdoc/>
    public RestorationTask Task { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>
    /// Reads a pair, in physical units; the first read of a pair makes it, which takes a fraction of a second at 128 × 128.
    /// </summary>
    /// <inheritdoc/>
    public ImagePair Read(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _pairs[index].Value;
    }

    private ImagePair Make(RestorationTask task, int size, ulong seed, int index)
    {
        var anatomy = index % 2 == 0 ? Anatomy.Head : Anatomy.Torso;
        var phantom = Phantom.Create(task, anatomy, size, seed);
        var noise = NoiseSeed.Of(seed, task.Name);
        var name = $"{task.Name.ToLowerInvariant()}-{anatomy.ToString().ToLowerInvariant()}-{index:000}";
        return task.Name.ToUpperInvariant() switch
        {
            "PET" => _pet.Degrade(phantom.Image, phantom.CreateAttenuation(), phantom.PixelSpacing, noise, name),
            "CT" => _ct.Acquire(phantom.Image, phantom.PixelSpacing, noise, name),
            _ => _mri.Degrade(phantom.Image, phantom.PixelSpacing, noise, name),
        };
    }
}
