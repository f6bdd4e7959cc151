using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>CT images of several pixel sizes and kernels, with the noise of doses from a range.</summary>
/// <remarks>
/// The scan of a whole slice is simulated, because noise is made by all that a ray passes; that takes about a tenth of a second of a core
/// for 512 × 512, so several patches are cut from each.
/// </remarks>
public sealed record CtDoseRange : IDegradationRange
{
    /// <summary>Diameter of water in mm up to which the tube current is the same.</summary>
    private const double PlainDiameter = 360;

    /// <summary>Pixels per side beyond which images are not enlarged.</summary>
    private const int LargestSide = 512;

    /// <inheritdoc/>
    RestorationTask IDegradationRange.Task => RestorationTask.Ct;

    /// <inheritdoc/>
    /// <value>The default is 16.</value>
    public int Uses { get; init => field = OptionCheck.AtLeast(1, value, "degradation"); } = 16;

    /// <summary>The low dose as a fraction of the full one.</summary>
    /// <value>The default is 0.1 to 0.5.</value>
    public StrengthRange DoseFraction { get; init => field = value.Within(0.001, 0.99); } = new(0.1, 0.5);

    /// <summary>Photons that enter each detector bin at full dose; see <see cref="CtLowDose.IncidentPhotons"/>.</summary>
    /// <value>The default is 3·10⁴ to 2·10⁵.</value>
    public StrengthRange IncidentPhotons { get; init; } = new(3e4, 2e5);

    /// <summary>Pixel size in relation to the image's own.</summary>
    /// <value>The default is 0.75 to 1.5.</value>
    public StrengthRange PixelSize { get; init => field = value.Within(0.25, 4); } = new(0.75, 1.5);

    /// <summary>
    /// The share of images that keep their pixel size, of those that keep their kernel, and of those whose noise keeps that of the
    /// simulation, 0 … 1.
    /// </summary>
    /// <value>The default is 0.5.</value>
    public double UnchangedShare { get; init => field = OptionCheck.Share(value, "degradation"); } = 0.5;

    /// <inheritdoc/>
    public ImagePair Draw(GoodImage image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(image);
        var random = new RandomStream(seed, Streams.Strength);
        var scale = random.NextChance(UnchangedShare) ? 1 : PixelSize.Draw(ref random);
        scale = Math.Max(scale, Math.Min(1, Math.Max(image.Image.Height, image.Image.Width) / (double)LargestSide));
        var spacing = image.PixelSpacing * scale;
        var good = ChangeKernel(ImageResizer.Resize(image.Image, scale, CtLowDose.LowestHounsfield), ref random);
        var degradation = new CtLowDose
        {
            DoseFraction = DoseFraction.Draw(ref random),
            IncidentPhotons = IncidentPhotons.Draw(ref random) * Exposure(good, spacing),
            OnOneCore = true,
        };
        var pair = degradation.Degrade(good, spacing, random.NextBits(), image.Name);
        var noise = new ImageSlice([.. pair.LowQuality.Pixels.Zip(good.Pixels, (low, high) => low - high)], good.Height, good.Width);
        return new(new([.. good.Pixels.Zip(ChangeKernel(noise, ref random).Pixels, (value, error) => value + error)], good.Height,
            good.Width), good, image.Name);
    }

    /// <inheritdoc/>
    public string FixedStrength(ulong seed) => FormattableString.Invariant($"dose {FixedDose(seed)}");

    /// <inheritdoc/>
    /// <remarks>Three quarters of the images have the published dose of a quarter, the others the lowest of the range.</remarks>
    public ImagePair Fixed(GoodImage image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(image);
        var degradation = new CtLowDose
        {
            DoseFraction = FixedDose(seed),
            IncidentPhotons = new CtLowDose().IncidentPhotons * Exposure(image.Image, image.PixelSpacing),
        };
        return degradation.Degrade(image.Image, image.PixelSpacing, seed, image.Name);
    }

    /// <inheritdoc/>
    public override string ToString() => OptionsText.ShowAll(this);

    private double FixedDose(ulong seed) => seed % 4 == 3 ? DoseFraction.Minimum : new CtLowDose().DoseFraction;

    /// <summary>
    /// What the tube current is multiplied by, as exposure control does for a large patient: by the attenuation of what its
    /// water-equivalent diameter exceeds. Coronal slices, which no ray passes lengthwise in a scanner, would have no signal without it.
    /// </summary>
    private static double Exposure(ImageSlice image, double spacing)
    {
        var water = image.Pixels.Sum(hounsfield => Math.Max(0, 1 + (hounsfield / 1000.0))) * spacing * spacing;
        return Math.Exp(CtLowDose.WaterAttenuation * Math.Max(0, Math.Sqrt(4 / Math.PI * water) - PlainDiameter));
    }

    /// <summary>Smooths as a softer kernel does, by up to 0.8 pixels, or raises edges as a sharper one does.</summary>
    private ImageSlice ChangeKernel(ImageSlice image, ref RandomStream random)
    {
        if (random.NextChance(UnchangedShare))
        {
            return image;
        }

        var (isSharper, width, strength) = (random.NextChance(0.4), random.NextUniform(0.3, 0.8), (float)random.NextUniform(0.2, 0.8));
        var smooth = ImageResizer.Smooth(image, width, CtLowDose.LowestHounsfield);
        return isSharper ? new([.. image.Pixels.Zip(smooth.Pixels, (value, blurred) => value + (strength * (value - blurred)))],
            image.Height, image.Width) : smooth;
    }
}
