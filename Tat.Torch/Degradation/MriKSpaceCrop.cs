using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>A low-resolution MR image: only the centre of k-space is kept, the rest is filled with zeros.</summary>
/// <remarks>
/// LQ = |IFFT2(crop(FFT2(x)))| on the grid of x, with Gibbs ringing at edges as in a short acquisition. The kept block has ⌊H/f⌋ × ⌊W/f⌋
/// samples (at least one) around the DC sample, as in the data of the paper (MICCAI 2025, arXiv 2512.14550; IXI T2, f = 4). There is
/// nothing random: the seed and the pixel size are not used.
/// </remarks>
public sealed class MriKSpaceCrop : IDegradation
{
    /// <inheritdoc/>
    public RestorationTask Task => RestorationTask.Mri;

    /// <summary>The factor f per axis by which resolution is reduced.</summary>
    /// <value>4, as published; at least 1, which changes nothing but signs.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 or not finite.</exception>
    public double Factor
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "degradation");
    } = 4;

    /// <summary>The axes along which resolution is reduced.</summary>
    /// <value>Both, as published.</value>
    public KSpaceAxes Axes { get; init; } = KSpaceAxes.Both;

    /// <inheritdoc/>
    public ImagePair Degrade(ImageSlice image, double pixelSpacing, ulong seed, string name)
    {
        DegradationInput.Check(image, pixelSpacing);
        return new(Degrade(image), image, name);
    }

    /// <summary>Degrades an image.</summary>
    /// <param name="image">The full-resolution magnitude image.</param>
    /// <returns>The low-resolution image on the same grid.</returns>
    /// <exception cref="ArgumentException">A pixel is NaN or infinite.</exception>
    public ImageSlice Degrade(ImageSlice image)
    {
        DegradationInput.Check(image, 1);
        return KSpace.Resample(image, Kept(image.Height, KSpaceAxes.Rows), Kept(image.Width, KSpaceAxes.Columns), image.Height,
            image.Width);
    }

    private int Kept(int length, KSpaceAxes axis) => Axes.HasFlag(axis) ? Math.Max(1, (int)(length / Factor)) : length;
}
