using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Data;

/// <summary>An image pair in the network's intensities, [0, 1]; rows × columns, row-major.</summary>
internal sealed record NormalizedPair(float[] LowQuality, float[] HighQuality, int Height, int Width, string Name)
{
    /// <summary>Normalises a pair by its task.</summary>
    /// <exception cref="InvalidDataException">A pixel is NaN or infinite.</exception>
    public static NormalizedPair From(ImagePair pair, RestorationTask task) => new(
        Normalize(pair.LowQuality, "low-quality", pair, task),
        Normalize(pair.HighQuality, "high-quality", pair, task),
        pair.LowQuality.Height,
        pair.LowQuality.Width,
        pair.Name);

    private static float[] Normalize(ImageSlice image, string role, ImagePair pair, RestorationTask task)
    {
        foreach (var pixel in image.Pixels)
        {
            if (!float.IsFinite(pixel))
            {
                throw new InvalidDataException($"The {role} image of {task} pair '{pair.Name}' has a pixel that is {pixel}: repair the image or leave it out.");
            }
        }

        var normalized = new float[image.Pixels.Length];
        task.Normalize(image.Pixels, normalized);
        return normalized;
    }
}
