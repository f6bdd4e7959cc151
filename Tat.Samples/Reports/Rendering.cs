using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Samples.Reports;

/// <summary>Turns images into PNG pictures.</summary>
internal static class Rendering
{
    /// <summary>Anchors of the colour scale of errors, dark to light, evenly spaced.</summary>
    private static readonly (byte Red, byte Green, byte Blue)[] _heat =
    [
        (2, 2, 8), (58, 12, 94), (140, 30, 104), (218, 66, 62), (250, 150, 32), (252, 246, 160),
    ];

    /// <summary>The intensities to show from black to white: a task's window, narrowed to what the image fills of it.</summary>
    public static IntensityRange WindowOf(RestorationTask task, ImageSlice image)
    {
        if (task.MetricWindow is { } narrow && narrow != task.NormalizationRange)
        {
            return Narrowed(narrow, image);
        }

        var window = task.RangeOf(image);
        var highest = Percentile(image.Pixels, 0.997);
        return highest > window.Minimum && highest < window.Maximum ? new(window.Minimum, highest) : window;
    }

    /// <summary>
    /// A fifth of the window where half of what it shows lies within a tenth: the brain window of a radiologist, since a window for the
    /// tissues of a torso leaves grey and white matter of a head alike.
    /// </summary>
    private static IntensityRange Narrowed(IntensityRange window, ImageSlice image)
    {
        float[] inside = [.. image.Pixels.Where(value => value > window.Minimum && value < window.Maximum)];
        if (inside.Length == 0 || Percentile(inside, 0.75) - Percentile(inside, 0.25) > window.Width / 10)
        {
            return window;
        }

        var (centre, half) = (MathF.Round(Percentile(inside, 0.5)), window.Width / 10);
        return new(Math.Max(window.Minimum, centre - half), Math.Min(window.Maximum, centre + half));
    }

    /// <summary>Whether high intensities of a task are shown dark, as nuclear medicine shows uptake.</summary>
    public static bool IsInverted(RestorationTask task) =>
        string.Equals(task.Name, RestorationTask.Pet.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A picture in shades of grey.</summary>
    /// <param name="image">The image.</param>
    /// <param name="window">The intensities at the ends of the scale.</param>
    /// <param name="inverted">Whether high intensities are dark, as nuclear medicine shows uptake.</param>
    public static byte[] Grey(ImageSlice image, IntensityRange window, bool inverted) =>
        Png.Encode(GreyLevels(image, window, inverted), image.Width, image.Height);

    /// <summary>The pixels of a picture in shades of grey, a byte each.</summary>
    public static byte[] GreyLevels(ImageSlice image, IntensityRange window, bool inverted)
    {
        var samples = new byte[image.Pixels.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var level = Math.Clamp((image.Pixels[i] - window.Minimum) / window.Width, 0, 1);
            samples[i] = (byte)Math.Round(255 * (inverted ? 1 - level : level));
        }

        return samples;
    }

    /// <summary>A picture of magnitudes on the colour scale of errors.</summary>
    public static byte[] Heat(ImageSlice error, float highest)
    {
        var samples = new byte[3 * error.Pixels.Length];
        for (var i = 0; i < error.Pixels.Length; i++)
        {
            var (red, green, blue) = HeatColour(highest > 0 ? error.Pixels[i] / highest : 0);
            (samples[3 * i], samples[(3 * i) + 1], samples[(3 * i) + 2]) = (red, green, blue);
        }

        return Png.Encode(samples, error.Width, error.Height);
    }

    /// <summary>The colour scale as a CSS gradient.</summary>
    public static string HeatGradient { get; } =
        $"linear-gradient(90deg,{string.Join(',', _heat.Select(colour => $"rgb({colour.Red},{colour.Green},{colour.Blue})"))})";

    /// <summary>|image − reference| of the images clipped to a window.</summary>
    public static ImageSlice Difference(ImageSlice image, ImageSlice reference, IntensityRange window)
    {
        float Clip(float value) => Math.Clamp(value, window.Minimum, window.Maximum);
        return new([.. image.Pixels.Zip(reference.Pixels, (a, b) => Math.Abs(Clip(a) - Clip(b)))], image.Height, image.Width);
    }

    /// <summary>The value that a fraction of all values do not exceed.</summary>
    public static float Percentile(float[] values, double fraction)
    {
        var sorted = (float[])values.Clone();
        Array.Sort(sorted);
        return sorted[(int)Math.Round(fraction * (sorted.Length - 1))];
    }

    /// <summary>A rectangle of an image.</summary>
    public static ImageSlice Crop(ImageSlice image, Region region)
    {
        var pixels = new float[region.Height * region.Width];
        for (var row = 0; row < region.Height; row++)
        {
            image.Pixels.AsSpan(((region.Top + row) * image.Width) + region.Left, region.Width).CopyTo(pixels.AsSpan(row * region.Width));
        }

        return new(pixels, region.Height, region.Width);
    }

    /// <summary>
    /// The square of a third of the image in which the reference has most detail inside the window: where a restoration shows best.
    /// </summary>
    public static Region MostDetailed(ImageSlice image, IntensityRange window)
    {
        var side = Math.Max(1, Math.Min(image.Height, image.Width) / 3);
        var best = (Region: new Region(0, 0, side, side), Detail: -1.0);
        var step = Math.Max(1, side / 6);
        var faint = 0.03f * window.Width;
        for (var top = 0; top + side <= image.Height; top += step)
        {
            for (var left = 0; left + side <= image.Width; left += step)
            {
                var detail = 0.0;
                for (var row = top + 1; row < top + side; row++)
                {
                    for (var column = left + 1; column < left + side; column++)
                    {
                        // The limit keeps a strong edge from outweighing many fine ones.
                        var here = Clip(image[row, column]);
                        detail += Math.Min(faint, Math.Abs(here - Clip(image[row - 1, column])))
                            + Math.Min(faint, Math.Abs(here - Clip(image[row, column - 1])));
                    }
                }

                if (detail > best.Detail)
                {
                    best = (new(top, left, side, side), detail);
                }
            }
        }

        return best.Region;

        float Clip(float value) => Math.Clamp(value, window.Minimum, window.Maximum);
    }

    private static (byte Red, byte Green, byte Blue) HeatColour(float level)
    {
        var position = Math.Clamp(level, 0, 1) * (_heat.Length - 1);
        var index = Math.Min((int)position, _heat.Length - 2);
        var (a, b, t) = (_heat[index], _heat[index + 1], position - index);
        byte Mix(byte from, byte to) => (byte)Math.Round(from + (t * (to - from)));
        return (Mix(a.Red, b.Red), Mix(a.Green, b.Green), Mix(a.Blue, b.Blue));
    }
}

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct Region(int Top, int Left, int Height, int Width);
