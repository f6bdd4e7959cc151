using System.Globalization;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>Warns where an image differs from those that a model was trained on.</summary>
public static class InputWarnings
{
    /// <summary>Noise and pixel sizes may be this much beyond what was trained, as a factor.</summary>
    private const double Tolerance = 1.25;

    /// <summary>Compares an image with the ranges in a model's card.</summary>
    /// <param name="restorer">The model.</param>
    /// <param name="image">An image to restore, such as the middle slice of a volume; one with values that are not finite is judged by its
    /// size and modality alone.</param>
    /// <param name="task">Its task.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm; <see langword="null"/> where it is not known.</param>
    /// <param name="modality">Its DICOM modality; <see langword="null"/> where it is not known.</param>
    /// <returns>A sentence for each way in which the image is out of range; the ranges are those of the model's card, where it has
    /// any.</returns>
    /// <seealso cref="InputTally"/>
    public static IReadOnlyList<string> WarningsFor(
        this IImageRestorer restorer, ImageSlice image, RestorationTask task, double? pixelSpacing = null, string? modality = null) =>
        [.. restorer.DoubtsAbout(image, task, pixelSpacing, modality).Select(doubt => doubt.Sentence)];

    /// <summary>What <see cref="WarningsFor"/> says, each with what it is about.</summary>
    internal static IReadOnlyList<(InputDoubt Doubt, string Sentence)> DoubtsAbout(
        this IImageRestorer restorer, ImageSlice image, RestorationTask task, double? pixelSpacing, string? modality)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(task);
        if (!restorer.Tasks.TryGet(task.Name, out var known))
        {
            return [];
        }

        var doubts = new List<(InputDoubt, string)>();

        // A user may restore what no model of the paper's tasks has seen, and is told so; tasks of the user's own suit whatever the user
        // says.
        if (!string.IsNullOrEmpty(modality) && TaskVocabulary.Paper.TryGet(task.Name, out var published)
            && DicomModality.TaskOf(modality) != published.Name)
        {
            doubts.Add((InputDoubt.Modality,
                $"Its modality {modality} is not one that the task {task} is for: treat the result with caution."));
        }

        var isFinite = FiniteValues.AllIn(image);
        if (isFinite && NetworkGrid.SizeOf(image, known) is null)
        {
            doubts.Add((InputDoubt.Resolution, "Its k-space is full: there is no resolution to restore on this grid, and the image stays "
                + "as it is; ask for a finer grid, such as by a factor of 2."));
        }

        if (!restorer.Card.Ranges.TryGetValue(task.Name, out var range))
        {
            return doubts;
        }

        Add(InputDoubt.Noise, "Its noise", isFinite && range.MostNoise is not null ? NoiseOf(image, known) : double.NaN, range.LeastNoise,
            range.MostNoise, known.Scaling == IntensityScaling.Volume ? "of the level" : known.Unit);
        Add(InputDoubt.PixelSize, "Its pixels", pixelSpacing ?? double.NaN, range.SmallestPixel, range.LargestPixel, "mm");
        return doubts;

        void Add(InputDoubt doubt, string what, double value, double? least, double? most, string unit)
        {
            if (value < least / Tolerance || value > most * Tolerance)
            {
                doubts.Add((doubt, string.Create(CultureInfo.InvariantCulture,
                    $"{what} ({Text(value)} {unit}) {(what.EndsWith('s') ? "are" : "is")} outside the range that the model was trained on "
                    + $"({Text(least)} to {Text(most)} {unit}): treat the result with caution.")));
            }
        }
    }

    /// <summary>
    /// The noise of an image inside the range that its task restores: what <see cref="InputRange.LeastNoise"/> and
    /// <see cref="InputRange.MostNoise"/> bound.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="task">Its task.</param>
    /// <returns>In the task's unit; for a task that is scaled by volume, a share of the level.</returns>
    public static double NoiseOf(ImageSlice image, RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(task);
        var range = task.RangeOf(image);
        var noise = NoiseEstimate.Measure(
            new([.. image.Pixels.Select(value => Math.Clamp(value, range.Minimum, range.Maximum))], image.Height, image.Width));
        return task.Scaling == IntensityScaling.Volume ? noise / IntensityLevel.Of(image) : noise;
    }

    /// <summary>Two digits, without an exponent where a number is large.</summary>
    private static string Text(double? value) =>
        value?.ToString(Math.Abs(value.Value) < 99.5 ? "G2" : "F0", CultureInfo.InvariantCulture) ?? "";
}
