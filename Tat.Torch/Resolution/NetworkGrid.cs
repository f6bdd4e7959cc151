using Tat.Torch.Imaging;
using Tat.Torch.Resolution;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>
/// The grid on which a network sees an image whose task has <see cref="RestorationTask.FitsResolution"/>: k-space is filled to
/// 1/<see cref="RestorationTask.UpscalingFactor"/> along each axis.
/// </summary>
/// <remarks>Restorers do this by themselves; it is for those who run an exported model on their own.</remarks>
public static class NetworkGrid
{
    /// <summary>A grid whose sides differ by less from that of the image is its own.</summary>
    private const double Tolerance = 0.04;

    /// <summary>Above this share, k-space counts as full: what a finer grid would gain is not worth its time.</summary>
    private const double Full = 0.75;

    /// <summary>The smallest factor by which resolution is restored: of images whose k-space is filled further, nothing is.</summary>
    internal const double SmallestFactor = 1 / Full;

    /// <summary>Brings an image to the network's grid.</summary>
    /// <param name="image">The image; its values are finite.</param>
    /// <param name="task">Its task.</param>
    /// <returns>The image itself where nothing has to change; <see langword="null"/> where its k-space is full, so that at its resolution
    /// there is nothing to restore.</returns>
    public static ImageSlice? Fit(ImageSlice image, RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(task);
        return SizeOf(image, task) is var (height, width) ? Put(image, height, width) : null;
    }

    /// <summary>The sides of the network's grid; <see langword="null"/> where k-space is full.</summary>
    internal static (int Height, int Width)? SizeOf(ImageSlice image, RestorationTask task)
    {
        if (!task.FitsResolution || task.UpscalingFactor is not { } factor)
        {
            return (image.Height, image.Width);
        }

        var extent = KSpaceFill.Of(image);
        return extent.Rows > Full && extent.Columns > Full
            ? null
            : (Side(image.Height, extent.Rows, factor), Side(image.Width, extent.Columns, factor));
    }

    /// <summary>Brings what a network changed in an image back to the image's own grid.</summary>
    /// <param name="restored">What the network made of <paramref name="fitted"/>.</param>
    /// <param name="fitted">What <see cref="Fit"/> made of <paramref name="image"/>.</param>
    /// <param name="image">The image.</param>
    /// <returns>The image with the change, which lacks the frequencies that its grid does not have.</returns>
    public static ImageSlice PutBack(ImageSlice restored, ImageSlice fitted, ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(restored);
        ArgumentNullException.ThrowIfNull(fitted);
        ArgumentNullException.ThrowIfNull(image);
        if (ReferenceEquals(fitted, image))
        {
            return restored;
        }

        var change = KSpace.Interpolate(new([.. restored.Pixels.Zip(fitted.Pixels, (after, before) => after - before)], fitted.Height,
            fitted.Width), image.Height, image.Width);
        return new([.. image.Pixels.Zip(change.Pixels, (before, difference) => before + difference)], image.Height, image.Width);
    }

    /// <summary>Brings an image to another grid by filling k-space with zeros, or by leaving out its outer part.</summary>
    internal static ImageSlice Put(ImageSlice image, int height, int width) => (height, width) == (image.Height, image.Width)
        ? image
        : new(KSpace.Interpolate(image, height, width).Pixels, height, width) { VolumeLevel = IntensityLevel.Of(image) };

    private static int Side(int length, double share, double factor)
    {
        var side = factor * share * length;
        return share > Full || Math.Abs(side - length) < Tolerance * length ? length : (int)Math.Round(side);
    }
}
