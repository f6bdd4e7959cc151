using Tat.Torch.Model.Contracts;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <summary>The task representation of a batch of images, and the kernels that a network generated from it.</summary>
/// <remarks>Owns its tensors. Kernels of a whole image may serve every part of it.</remarks>
public sealed class TaskKernels : IDisposable
{
    /// <summary>What a network without weight generation uses.</summary>
    internal TaskKernels() => Stages = new(null, null, null, null);

    internal TaskKernels(Tensor embedding, DecoderKernels<StageKernels> stages) => (Embedding, Stages) = (embedding, stages);

    /// <summary>
    /// The task representation Z, batch × four times the representation features; <see langword="null"/> where the network generates no
    /// weights.
    /// </summary>
    public Tensor? Embedding { get; }

    internal DecoderKernels<StageKernels> Stages { get; }

    private IEnumerable<Tensor> Tensors => Embedding is null
        ? []
        : [Embedding, .. new[] { Stages.Latent!, Stages.Level3!, Stages.Level2!, Stages.Level1! }.SelectMany(stage =>
            new[] { stage.FeedForward, stage.Attention })];

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
        {
            tensor.Dispose();
        }
    }

    /// <summary>Views of the kernels of one image of the batch; all images share them where there is one set.</summary>
    internal TaskKernels Of(int image) => Embedding is null || Embedding.shape[0] == 1
        ? this
        : new(Embedding.narrow(0, image, 1),
            new(Stages.Latent!.Of(image), Stages.Level3!.Of(image), Stages.Level2!.Of(image), Stages.Level1!.Of(image)));

    /// <summary>Lets the tensors outlive the dispose scope in which they were made.</summary>
    internal TaskKernels MoveToOuterDisposeScope()
    {
        foreach (var tensor in Tensors)
        {
            tensor.MoveToOuterDisposeScope();
        }

        return this;
    }
}
