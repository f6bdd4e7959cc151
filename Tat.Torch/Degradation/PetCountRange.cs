using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>PET images of several resolutions, uptakes and scans, with counts that are reduced by factors from a range.</summary>
public sealed record PetCountRange : IDegradationRange
{
    /// <summary>Sides in pixels between which images are made coarser or finer.</summary>
    private const int SmallestSide = 64;
    private const int LargestSide = 192;

    /// <summary>Side in mm of an image that shows a whole patient; a ray through a smaller one gets fewer counts.</summary>
    private const double WholeBody = 300;

    /// <inheritdoc/>
    RestorationTask IDegradationRange.Task => RestorationTask.Pet;

    /// <inheritdoc/>
    /// <value>The default is 16.</value>
    public int Uses { get; init => field = OptionCheck.AtLeast(1, value, "degradation"); } = 16;

    /// <summary>By what factor counts are reduced.</summary>
    /// <value>The default is 4 to 20.</value>
    public StrengthRange Reduction { get; init => field = value.Within(1.01, 1000); } = new(4, 20);

    /// <summary>Expected full counts of a slice through a whole patient.</summary>
    /// <value>The default is 10⁵ to 8·10⁵.</value>
    public StrengthRange Counts { get; init; } = new(1e5, 8e5);

    /// <summary>The largest part of scatter and randoms in all counts, 0 … 0.99; it is drawn between 0 and this.</summary>
    /// <value>The default is 0.4.</value>
    public double BackgroundFraction { get; init => field = OptionCheck.Share(value, "degradation", 0.99); } = 0.4;

    /// <summary>
    /// Full width at half maximum in mm of the Gaussian that smooths half of the reconstructions; the others are not smoothed.
    /// </summary>
    /// <value>The default is 2 to 6.</value>
    public StrengthRange PostFilterWidth { get; init; } = new(2, 6);

    /// <summary>The number of pixels per side in relation to the image's own, for two thirds of the images.</summary>
    /// <value>The default is 0.6 to 1.6.</value>
    public StrengthRange Resolution { get; init => field = value.Within(0.1, 4); } = new(0.6, 1.6);

    /// <summary>What uptakes are multiplied by.</summary>
    /// <value>The default is 0.6 to 1.5.</value>
    public StrengthRange Uptake { get; init; } = new(0.6, 1.5);

    /// <summary>
    /// The share of pairs whose reference has no noise, 0 … 1; the others have the noise of the full counts. See
    /// <see cref="PetLowCount.NoiselessReference"/>.
    /// </summary>
    /// <value>The default is 0.8: from noisy to clean more is learnt than from noisy to less noisy.</value>
    public double NoiselessShare { get; init => field = OptionCheck.Share(value, "degradation"); } = 0.8;

    /// <inheritdoc/>
    public ImagePair Draw(GoodImage image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(image);
        var random = new RandomStream(seed, Streams.Strength);
        var (good, spacing) = Resize(image, ref random);
        var uptake = (float)Uptake.Draw(ref random);
        var degradation = new PetLowCount
        {
            Reduction = Reduction.Draw(ref random),
            Counts = Counts.Draw(ref random) * ShareOfCounts(good, spacing),
            BackgroundFraction = random.NextUniform(0, BackgroundFraction),
            PostFilterWidth = random.NextChance(0.5) ? PostFilterWidth.Draw(ref random) : 0,
            NoiselessReference = random.NextChance(NoiselessShare),
            OnOneCore = true,
        };
        return degradation.Degrade(new([.. good.Pixels.Select(value => uptake * value)], good.Height, good.Width), image.Attenuation,
            spacing, random.NextBits(), image.Name);
    }

    /// <inheritdoc/>
    public string FixedStrength(ulong seed) => FormattableString.Invariant($"counts 1/{new PetLowCount().Reduction}");

    /// <inheritdoc/>
    /// <remarks>Where the attenuation is known, as that of a phantom, the activity is, too: the reference then has no noise.</remarks>
    public ImagePair Fixed(GoodImage image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(image);
        var published = new PetLowCount();
        var degradation = image.Attenuation is null
            ? new PetLowCount { Counts = published.Counts * ShareOfCounts(image.Image, image.PixelSpacing) }
            : new PetLowCount
            {
                Counts = 4 * published.Counts * ShareOfCounts(image.Image, image.PixelSpacing),
                BackgroundFraction =
                0.3,
                PostFilterWidth = 5,
                NoiselessReference = true
            };
        return degradation.Degrade(image.Image, image.Attenuation, image.PixelSpacing, seed, image.Name);
    }

    /// <inheritdoc/>
    public override string ToString() => OptionsText.ShowAll(this);

    /// <summary>
    /// A part of a patient that is scanned by itself has about the noise of the whole if counts fall faster than its area, because each ray
    /// gets fewer of them, too.
    /// </summary>
    private static double ShareOfCounts(ImageSlice image, double spacing) =>
        Math.Pow(Math.Clamp(Math.Max(image.Height, image.Width) * spacing / WholeBody, 0.25, 1), 2.5);

    /// <summary>Another number of pixels on the same field; images with attenuation keep theirs.</summary>
    private (ImageSlice Image, double Spacing) Resize(GoodImage image, ref RandomStream random)
    {
        var draw = random.NextChance(1 / 3.0) ? 1 : Resolution.Draw(ref random);
        if (image.Attenuation is not null)
        {
            return (image.Image, image.PixelSpacing);
        }

        var (shorter, longer) = (Math.Min(image.Image.Height, image.Image.Width), Math.Max(image.Image.Height, image.Image.Width));
        var scale = Math.Clamp(draw, Math.Min(1, SmallestSide / (double)shorter), Math.Max(1, LargestSide / (double)longer));
        var (height, width) = ((int)Math.Round(scale * image.Image.Height), (int)Math.Round(scale * image.Image.Width));
        return (height, width) == (image.Image.Height, image.Image.Width)
            ? (image.Image, image.PixelSpacing)
            : (KSpace.Resample(image.Image, Math.Min(height, image.Image.Height), Math.Min(width, image.Image.Width), height, width),
                image.PixelSpacing * image.Image.Height / height);
    }
}
