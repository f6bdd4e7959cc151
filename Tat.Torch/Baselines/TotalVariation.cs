using System.Globalization;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.Torch.Baselines;

/// <summary>Total-variation denoising (Rudin, Osher and Fatemi 1992): the image u that makes ½‖u − image‖² + λ·Σ|∇u| least.</summary>
/// <remarks>Solved in its dual by fast gradient projection (Beck and Teboulle, IEEE TIP 2009).</remarks>
public sealed record TotalVariation : IImageFilter
{
    /// <summary>λ in the unit of the image, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public required double Strength
    {
        get;
        init => field = OptionCheck.Positive(value, "filter");
    }

    /// <summary>Steps of the solver.</summary>
    /// <value>50; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Iterations
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "filter");
    } = 50;

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"Total variation, {Strength:G3}");

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (height, width) = (image.Height, image.Width);
        var strength = (float)Strength;

        // Dual fields (down, right) of the last step and, with momentum, those that the next starts from.
        var (down, right) = (new float[image.Pixels.Length], new float[image.Pixels.Length]);
        var (aheadDown, aheadRight) = (new float[image.Pixels.Length], new float[image.Pixels.Length]);
        var estimate = new float[image.Pixels.Length];
        var t = 1.0;
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var next = (1 + Math.Sqrt(1 + (4 * t * t))) / 2;
            var momentum = (float)((t - 1) / next);
            t = next;
            Estimate(image, aheadDown, aheadRight, strength, estimate);
            Parallel.For(0, height, y =>
                Step(estimate, y, height, width, 1 / (8 * strength), momentum, (down, right), (aheadDown, aheadRight)));
        }

        Estimate(image, down, right, strength, estimate);
        return new(estimate, height, width);
    }

    /// <summary>u = image + λ·div(down, right).</summary>
    private static void Estimate(ImageSlice image, float[] down, float[] right, float strength, float[] estimate) =>
        Parallel.For(0, image.Height, y =>
        {
            var width = image.Width;
            for (var x = 0; x < width; x++)
            {
                var i = (y * width) + x;
                var divergence = down[i] - (y > 0 ? down[i - width] : 0) + right[i] - (x > 0 ? right[i - 1] : 0);
                estimate[i] = image.Pixels[i] + (strength * divergence);
            }
        });

    /// <summary>
    /// One row of a gradient step, projected to fields of length 1 at most. At the last row and column the field across the border stays 0.
    /// </summary>
    private static void Step(float[] estimate, int y, int height, int width, float size, float momentum, (float[] Down, float[] Right) last,
        (float[] Down, float[] Right) ahead)
    {
        for (var x = 0; x < width; x++)
        {
            var i = (y * width) + x;
            var down = ahead.Down[i] + (y + 1 < height ? size * (estimate[i + width] - estimate[i]) : 0);
            var right = ahead.Right[i] + (x + 1 < width ? size * (estimate[i + 1] - estimate[i]) : 0);
            var shrink = 1 / MathF.Max(1, MathF.Sqrt((down * down) + (right * right)));
            (down, right) = (down * shrink, right * shrink);
            ahead.Down[i] = down + (momentum * (down - last.Down[i]));
            ahead.Right[i] = right + (momentum * (right - last.Right[i]));
            (last.Down[i], last.Right[i]) = (down, right);
        }
    }
}
