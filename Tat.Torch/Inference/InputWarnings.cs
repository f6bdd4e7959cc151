using System.Globalization;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>Says where an image is unlike those that a model was trained on.</summary>
public static class InputWarnings
{
    /// <summary>Noise and pixel sizes may be this much beyond what was trained, as a factor.</summary>
    private const double Tolerance = 1.25;

    /// <summary>Compares an image with the ranges in a model's card.</summary>
    /// <param name="restorer">The model.</param>
    /// <param name="image">An image to restore, such as the middle slice of a volume; its values are finite.</param>
    /// <param name="task">Its task.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm; <see langword="null"/> where it is not known.</param>
    /// <returns>A sentence for each way in which the image is out of range; the ranges are those of the model's card, where it has any.</returns>
    public static IReadOnlyList<string> WarningsFor(this IImageRestorer restorer, ImageSlice image, RestorationTask task, double? pixelSpacing = null)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(task);
        if (!restorer.Tasks.TryGet(task.Name, out var known))
        {
            return [];
        }

        var warnings = new List<string>();
        if (NetworkGrid.SizeOf(image, known) is null)
        {
            warnings.Add("Its k-space is full: on this grid there is no resolution to restore, and it stays as it is; ask for a finer grid, such as by a factor of 2.");
        }

        if (!restorer.Card.Ranges.TryGetValue(task.Name, out var range))
        {
            return warnings;
        }

        Add("Its noise", NoiseOf(image, known), range.LeastNoise, range.MostNoise, known.Scaling == IntensityScaling.Volume ? "of the level" : known.Unit);
        Add("Its pixels", pixelSpacing ?? double.NaN, range.SmallestPixel, range.LargestPixel, "mm");
        return warnings;

        void Add(string what, double value, double? least, double? most, string unit)
        {
            if (value < least / Tolerance || value > most * Tolerance)
            {
                warnings.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{what} ({value:G2} {unit}) {(what.EndsWith('s') ? "are" : "is")} outside of what the model was trained on ({least:G2} to {most:G2} {unit}): look at the result with doubt."));
            }
        }
    }

    /// <summary>The noise of an image inside the range that its task restores: what <see cref="InputRange.LeastNoise"/> and <see cref="InputRange.MostNoise"/> bound.</summary>
    /// <param name="image">The image.</param>
    /// <param name="task">Its task.</param>
    /// <returns>In the task's unit; for a task that is scaled by volume, a share of the level.</returns>
    public static double NoiseOf(ImageSlice image, RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(task);
        var range = task.RangeOf(image);
        var noise = NoiseEstimate.Measure(new([.. image.Pixels.Select(value => Math.Clamp(value, range.Minimum, range.Maximum))], image.Height, image.Width));
        return task.Scaling == IntensityScaling.Volume ? noise / IntensityLevel.Of(image) : noise;
    }
}
