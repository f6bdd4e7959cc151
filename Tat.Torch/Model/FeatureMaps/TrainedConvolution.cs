using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>
/// A 3×3 convolution with zero padding for training on a CPU, whose weight gradient is nine matrix products in place of the slower
/// loop that LibTorch runs for it.
/// </summary>
internal sealed class TrainedConvolution : autograd.SingleTensorFunction<TrainedConvolution>
{
    private const long Side = 3;

    /// <inheritdoc/>
    public override string Name => nameof(TrainedConvolution);

    /// <summary>B×H×W×C → B×H×W×K.</summary>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="weight">K×C×3×3.</param>
    public static Tensor Run(Tensor map, Tensor weight) => apply(map, weight);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (map, weight) = ((Tensor)arguments[0], (Tensor)arguments[1]);
        context.save_for_backward([map, weight]);
        return Convolve(map, weight);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var given = gradient;
        var saved = context.get_saved_variables();
        var (map, weight) = (saved[0], saved[1].detach());
        var ofMap = map.requires_grad ? Convolve(gradient, weight.flip(2, 3).transpose(0, 1)) : null;
        return HandedGradients.Give(ofMap, WeightGradient(map, gradient));
    }

    private static Tensor Convolve(Tensor map, Tensor weight)
    {
        using var scope = NewDisposeScope();
        return Maps.FromImage(functional.conv2d(Maps.ToImage(map), weight, padding: [1, 1])).MoveToOuterDisposeScope();
    }

    /// <summary>For each tap, the products of all pixels' gradients with the pixels that the tap saw.</summary>
    private static Tensor WeightGradient(Tensor map, Tensor gradient)
    {
        // In rows of W + 2 pixels a tap is a shift of the whole map; the gradient is zero where the shift would join two rows or samples.
        var pixels = functional.pad(map, [0, 0, 1, 1, 1, 1]).flatten(0, 2);
        var gradients = functional.pad(gradient, [0, 0, 0, 2, 0, 2]).flatten(0, 2).t();
        var taps = new Tensor[Side * Side];
        for (var tap = 0L; tap < taps.Length; tap++)
        {
            var shift = (tap / Side * (map.shape[2] + 2)) + (tap % Side);
            var length = pixels.shape[0] - shift;
            taps[tap] = gradients.narrow(1, 0, length).mm(pixels.narrow(0, shift, length));
        }

        return stack(taps, -1).view(gradient.shape[^1], map.shape[^1], Side, Side);
    }
}
