using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.Torch.Data;

/// <summary>An image pair in the network's intensities, [0, 1]; rows × columns, row-major.</summary>
internal sealed record NormalizedPair(float[] LowQuality, float[] HighQuality, int Height, int Width, string Name)
{
    /// <summary>Normalises both images of a pair over the range, and on the grid, that its task has for the low-quality one.</summary>
    /// <exception cref="InvalidDataException">A pixel is NaN or infinite.</exception>
    public static NormalizedPair From(ImagePair pair, RestorationTask task)
    {
        Check(pair.LowQuality, "low-quality", pair, task);
        Check(pair.HighQuality, "high-quality", pair, task);
        var low = NetworkGrid.Fit(pair.LowQuality, task) ?? pair.LowQuality;
        var high = NetworkGrid.Put(pair.HighQuality, low.Height, low.Width);
        var range = task.RangeOf(low);
        return new(Normalize(low, range), Normalize(high, range), low.Height, low.Width, pair.Name);
    }

    private static void Check(ImageSlice image, string role, ImagePair pair, RestorationTask task)
    {
        if (FiniteValues.FindOther(image) is { } problem)
        {
            throw new InvalidDataException(
                $"The {role} image of {task} pair '{pair.Name}' has {problem}: repair the image or leave it out.");
        }
    }

    private static float[] Normalize(ImageSlice image, IntensityRange range)
    {
        var normalized = new float[image.Pixels.Length];
        range.Normalize(image.Pixels, normalized);
        return normalized;
    }
}
