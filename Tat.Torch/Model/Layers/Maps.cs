using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Operations on feature maps, which are batch × height × width × channels (B×H×W×C), contiguous, all through the network.</summary>
/// <remarks>
/// With channels last a 1×1 convolution is one matrix product, a norm over channels reads consecutive numbers, and the depth-wise
/// convolution is vectorised over channels. Convolutions get a permuted view, which LibTorch recognises as its channels-last format.
/// </remarks>
internal static class Maps
{
    /// <summary>B×C×H×W, of any layout, as a map.</summary>
    public static Tensor FromImage(Tensor image) => image.permute(0, 2, 3, 1).contiguous();

    /// <summary>A map as B×C×H×W without copying.</summary>
    public static Tensor ToImage(Tensor map) => map.permute(0, 3, 1, 2);

    /// <summary>A 1×1 convolution.</summary>
    public static Tensor Pointwise(Tensor map, Weights weights) => functional.linear(map, weights.Matrix, weights.Bias);

    /// <summary>A 3×3 convolution with zero padding.</summary>
    public static Tensor Convolve(Tensor map, Weights weights) =>
        FromImage(functional.conv2d(ToImage(map), weights.Weight, weights.Bias, padding: [1, 1]));

    /// <summary>The exact (erf) GELU, in place where autograd does not record.</summary>
    public static Tensor Gelu(Tensor map) => is_grad_enabled() ? functional.gelu(map) : map.gelu_();

    /// <summary>The same matrix, outputs × inputs, with the inputs in consecutive rows of memory: what matrix products read fastest.</summary>
    public static Tensor InputsFirst(Tensor matrix) => is_grad_enabled() ? matrix : matrix.t().contiguous().t();
}
