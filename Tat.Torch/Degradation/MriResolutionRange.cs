using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>MR images of many resolutions, levels and contrasts, and what a shorter acquisition would have made of them.</summary>
/// <remarks>
/// Before it is degraded, the good image stays as it is or, as often each, is made coarser when only the centre of its k-space is kept, or
/// interpolated by zero-filling, as scanners do. Then its contrast (a power of the intensity) and its level change, because intensities of
/// MRI are arbitrary. Resolution is reduced by the factor of <see cref="RestorationTask.MriByVolume"/> alone, since images of other factors
/// are restored on the grid on which they have that one.
/// </remarks>
public sealed record MriResolutionRange : IDegradationRange
{
    /// <summary>Sides in pixels between which images are made coarser or interpolated.</summary>
    private const int SmallestSide = 64;
    private const int LargestSide = 640;

    private static double Factor { get; } = RestorationTask.MriByVolume.UpscalingFactor!.Value;

    /// <inheritdoc/>
    RestorationTask IDegradationRange.Task => RestorationTask.Mri;

    /// <inheritdoc/>
    /// <value>The default is 4.</value>
    public int Uses { get; init => field = OptionCheck.AtLeast(1, value, "degradation"); } = 4;

    /// <summary>The share of images whose resolution is reduced along one axis alone, 0 … 1.</summary>
    /// <value>The default is 0.2.</value>
    public double OneAxisShare { get; init => field = OptionCheck.Share(value, "degradation"); } = 0.2;

    /// <summary>The resolution of the good image in relation to its own: below 1 coarser, above 1 interpolated.</summary>
    /// <value>The default is 0.45 to 2.2.</value>
    public StrengthRange Resolution { get; init => field = value.Within(0.1, 4); } = new(0.45, 2.2);

    /// <summary>What intensities are multiplied by in relation to the level of their volume, by which they are scaled.</summary>
    /// <value>The default is 0.7 to 1.3.</value>
    public StrengthRange Level { get; init; } = new(0.7, 1.3);

    /// <summary>The power of the intensity, in relation to the volume's level, that the contrast follows from.</summary>
    /// <value>The default is 0.8 to 1.25.</value>
    public StrengthRange Contrast { get; init; } = new(0.8, 1.25);

    /// <inheritdoc/>
    public ImagePair Draw(GoodImage image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(image);
        var random = new RandomStream(seed, Streams.Strength);
        var level = IntensityLevel.Of(image.Image);
        var good = ChangeContrast(Resize(image.Image, ref random), level, Contrast.Draw(ref random));
        level /= (float)Level.Draw(ref random);
        var axes = !random.NextChance(OneAxisShare) ? KSpaceAxes.Both : random.NextChance(0.5) ? KSpaceAxes.Rows : KSpaceAxes.Columns;
        return Degrade(good, new() { Factor = Factor, Axes = axes }, level, image.Name);
    }

    /// <inheritdoc/>
    public string FixedStrength(ulong seed) => FormattableString.Invariant($"factor {FixedFactor(seed)}");

    /// <inheritdoc/>
    /// <remarks>Three quarters of the images have the published factor of 4, the others a factor of 2.</remarks>
    public ImagePair Fixed(GoodImage image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Degrade(image.Image, new() { Factor = FixedFactor(seed) }, image.Image.VolumeLevel, image.Name);
    }

    /// <inheritdoc/>
    public override string ToString() => OptionsText.ShowAll(this);

    private static double FixedFactor(ulong seed) => seed % 4 == 3 ? Factor / 2 : Factor;

    private ImageSlice Resize(ImageSlice image, ref RandomStream random)
    {
        var scale = random.Next(4) switch
        {
            0 => 1,
            1 when Resolution.Minimum < 1 => random.NextUniform(Resolution.Minimum, Math.Min(1, Resolution.Maximum)),
            _ => random.NextUniform(Math.Max(1, Resolution.Minimum), Math.Max(1, Resolution.Maximum)),
        };
        var (shorter, longer) = (Math.Min(image.Height, image.Width), Math.Max(image.Height, image.Width));
        scale = scale < 1
            ? Math.Max(scale, Math.Min(1, SmallestSide / (double)shorter))
            : Math.Min(scale, Math.Max(1, LargestSide / (double)longer));
        var (height, width) = ((int)Math.Round(scale * image.Height), (int)Math.Round(scale * image.Width));
        return (height, width) == (image.Height, image.Width)
            ? image
            : KSpace.Resample(image, Math.Min(height, image.Height), Math.Min(width, image.Width), height, width);
    }

    private static ImagePair Degrade(ImageSlice good, MriKSpaceCrop degradation, float? level, string name)
    {
        double Kept(KSpaceAxes axis) => degradation.Axes.HasFlag(axis) ? 1 / degradation.Factor : 1;
        var extent = new KSpaceExtent(Kept(KSpaceAxes.Rows), Kept(KSpaceAxes.Columns));
        return new(degradation.Degrade(good).InVolume(level, extent), good.InVolume(level), name);
    }

    /// <summary>Raises intensities in relation to the level to a power.</summary>
    private static ImageSlice ChangeContrast(ImageSlice image, float level, double power) => level > 0
        ? new([.. image.Pixels.Select(value => (float)(level * Math.Pow(Math.Max(0, value) / level, power)))], image.Height, image.Width)
        : image;
}
