using static TorchSharp.torch;

namespace Tat.Torch.Model.Contracts;

/// <summary>Generated kernels of one stage: batch × K × 1 × 3 × 3 each.</summary>
internal sealed record StageKernels(Tensor FeedForward, Tensor Attention)
{
    public StageKernels Of(int image) => new(FeedForward.narrow(0, image, 1), Attention.narrow(0, image, 1));
}
