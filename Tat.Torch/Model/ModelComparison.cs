using Tat.Torch.Model.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <summary>
/// Whether what was written of a network still computes what the network does: the images to try, and how far results may be apart.
/// </summary>
internal static class ModelComparison
{
    /// <summary>The largest difference of a pixel, on [0, 1], that weights in half precision may make.</summary>
    public const double HalfPrecisionTolerance = 1e-2;

    /// <summary>
    /// The sizes to try: the training size, where attention is global, and one at which every level has several windows and both sides are
    /// padded.
    /// </summary>
    public static (int Height, int Width)[] Sizes(int trainSize) =>
        [(trainSize, trainSize), ((2 * trainSize) + 5, (3 * trainSize / 2) + 9)];

    /// <summary>Smooth structure over half of the range, with a fine grain.</summary>
    /// <returns>Row by row, on [0, 1].</returns>
    public static float[] Image(int height, int width)
    {
        var pixels = new float[height * width];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = ((float)(i / width) / height, (float)(i % width) / width);
            pixels[i] = 0.5f + (0.2f * MathF.Sin(9 * y) * MathF.Cos(13 * x)) + (0.05f * MathF.Sin(i));
        }

        return pixels;
    }

    /// <summary>Runs two networks on the images.</summary>
    /// <param name="network">On any device.</param>
    /// <param name="stored">Another of the same architecture.</param>
    /// <returns>The largest difference of a pixel, on [0, 1]; NaN where one of them makes no numbers.</returns>
    public static double Difference(TatNetwork network, TatNetwork stored)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return Sizes(network.Options.TrainSize).Select(size => (Height: Padded(size.Height), Width: Padded(size.Width)))
            .Max(size => (Run(network, size) - Run(stored, size)).abs().max().ToDouble());
    }

    private static Tensor Run(TatNetwork network, (int Height, int Width) size) =>
        network.call(tensor(Image(size.Height, size.Width), [1, 1, size.Height, size.Width]).to(network.Device))
            .to(ScalarType.Float32, CPU);

    private static int Padded(int side) => (side + NetworkPlan.SizeMultiple - 1) / NetworkPlan.SizeMultiple * NetworkPlan.SizeMultiple;
}
