using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Resolution;

/// <summary>The grid on which a network sees an image of a task that <see cref="RestorationTask.FitsResolution"/>: k-space is filled to 1/<see cref="RestorationTask.UpscalingFactor"/> along each axis.</summary>
internal static class NetworkGrid
{
    /// <summary>A grid whose sides differ by less from that of the image is its own.</summary>
    private const double Tolerance = 0.04;

    /// <summary>Above this share, k-space counts as full: what a finer grid would gain is not worth its time.</summary>
    private const double Full = 0.75;

    /// <summary>Brings an image to the network's grid.</summary>
    /// <param name="image">The image; its values are finite.</param>
    /// <param name="task">Its task.</param>
    /// <returns>The image itself where nothing has to change; <see langword="null"/> where its k-space is full, so that at its resolution there is nothing to restore.</returns>
    public static ImageSlice? Fit(ImageSlice image, RestorationTask task)
    {
        if (!task.FitsResolution || task.UpscalingFactor is not { } factor)
        {
            return image;
        }

        var extent = KSpaceFill.Of(image);
        if (extent.Rows > Full && extent.Columns > Full)
        {
            return null;
        }

        var (height, width) = (Side(image.Height, extent.Rows, factor), Side(image.Width, extent.Columns, factor));
        return (height, width) == (image.Height, image.Width)
            ? image
            : Put(image, height, width);
    }

    /// <summary>Brings an image to the grid of another one.</summary>
    public static ImageSlice Put(ImageSlice image, int height, int width) => (height, width) == (image.Height, image.Width)
        ? image
        : new(KSpace.Interpolate(image, height, width).Pixels, height, width) { VolumeLevel = IntensityLevel.Of(image) };

    private static int Side(int length, double share, double factor)
    {
        var side = factor * share * length;
        return share > Full || Math.Abs(side - length) < Tolerance * length ? length : (int)Math.Round(side);
    }
}
