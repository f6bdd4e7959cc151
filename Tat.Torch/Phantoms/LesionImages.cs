using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Phantoms;

/// <summary>Good images with small round lesions put into some of them, so that a network learns not to take such for noise.</summary>
/// <remarks>
/// <para>Lesions have diameters of 4 to 20 mm and lie where the image is even: for CT in soft tissue, 8 to 80 HU brighter or darker than
/// it; for PET in tissue that takes up the tracer, with 1.4 to 8 times its uptake, now and then with less; for other tasks 5 to 40 %
/// brighter or darker.</para>
/// <para>Safe for concurrent use, as far as <paramref name="images"/> are.</para>
/// </remarks>
/// <param name="images">The images.</param>
/// <param name="share">The share of images that get lesions, 0 … 1.</param>
/// <param name="seed">What lesions and places follow from.</param>
public sealed class LesionImages(IGoodImages images, double share, ulong seed) : IGoodImages
{
    /// <summary>The largest number of lesions in an image, and of places that are tried for one.</summary>
    private const int MostLesions = 16;
    private const int MostPlaces = 16;

    private const double SmallestDiameter = 4;
    private const double LargestDiameter = 20;

    /// <summary>The largest SUV of a lesion.</summary>
    private const double HighestUptake = 15;

    private readonly ulong _seed = seed;

    /// <inheritdoc/>
    public RestorationTask Task => images.Task;

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <inheritdoc/>
    public string Fingerprint => FormattableString.Invariant($"{images.Fingerprint} lesions {share}");

    /// <inheritdoc/>
    public string VolumeOf(int index) => images.VolumeOf(index);

    /// <inheritdoc/>
    public GoodImage Read(int index, ulong seed)
    {
        var good = images.Read(index, seed);
        var random = new RandomStream(_seed, Streams.Lesion, index, (long)seed);
        if (!random.NextChance(share))
        {
            return good;
        }

        var image = new ImageSlice((float[])good.Image.Pixels.Clone(), good.Image.Height, good.Image.Width);
        for (var count = 1 + random.Next(MostLesions); count > 0; count--)
        {
            if (Find(image, good.PixelSpacing, ref random) is { } lesion)
            {
                lesion.AddTo(image, good.PixelSpacing);
            }
        }

        return good with { Image = image };
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{images}, {100 * share:0.#} % of them with lesions");

    /// <summary>A lesion in an even place, if one is found.</summary>
    private PhantomLesion? Find(ImageSlice image, double pixelSpacing, ref RandomStream random)
    {
        var diameter = Math.Max(pixelSpacing, random.NextLogUniform(SmallestDiameter, LargestDiameter));
        for (var attempt = 0; attempt < MostPlaces; attempt++)
        {
            var lesion = new PhantomLesion(random.Next(image.Height), random.Next(image.Width), diameter, 0, 0);
            var (lowest, mean, highest) = lesion.LevelsIn(image, pixelSpacing);
            if (AddedTo(lowest, mean, highest, ref random) is { } added)
            {
                return lesion with { Contrast = added, Added = added };
            }
        }

        return null;
    }

    /// <summary>What a lesion adds to tissue of such values; <see langword="null"/> where there can be none.</summary>
    private double? AddedTo(double lowest, double mean, double highest, ref RandomStream random)
    {
        var sign = random.NextChance(0.5) ? 1 : -1;
        return Task.Name.ToUpperInvariant() switch
        {
            "CT" => lowest > mean - 150 && highest < mean + 150 && mean is > -150 and < 250
                ? sign * random.NextLogUniform(8, 80) : null,
            "PET" => lowest > 0.4 * mean && highest < 2.5 * mean && mean > 0.15
                ? random.NextChance(0.15) ? -mean * random.NextUniform(0.2, 0.8)
                    : Math.Min(mean * (random.NextLogUniform(1.4, 8) - 1), Math.Max(0.4 * mean, HighestUptake - mean))
                : null,
            _ => lowest > 0.7 * mean && highest < 1.3 * mean && mean > 0
                ? sign * mean * random.NextLogUniform(0.05, 0.4) : null,
        };
    }
}
