using Tat.Torch.Model.Contracts;
using static TorchSharp.torch;

namespace Tat.Torch.Model;

/// <summary>The task representation of a batch of images, and the kernels that a network generated from it.</summary>
/// <remarks>Owns its tensors. Kernels of a whole image may serve every part of it.</remarks>
public sealed class TaskKernels : IDisposable
{
    /// <summary>What a network without weight generation uses.</summary>
    internal TaskKernels()
    {
    }

    internal TaskKernels(Tensor embedding, StageKernels latent, StageKernels level3, StageKernels level2, StageKernels level1)
    {
        Embedding = embedding;
        Latent = latent;
        Level3 = level3;
        Level2 = level2;
        Level1 = level1;
    }

    /// <summary>The task representation Z, batch × four times the representation features; <see langword="null"/> where the network generates no weights.</summary>
    public Tensor? Embedding { get; }

    internal StageKernels? Latent { get; }

    internal StageKernels? Level3 { get; }

    internal StageKernels? Level2 { get; }

    /// <summary>Kernels of the last decoder level and of the refinement.</summary>
    internal StageKernels? Level1 { get; }

    private IEnumerable<Tensor> Tensors =>
        Embedding is null ? [] : [Embedding, .. new[] { Latent!, Level3!, Level2!, Level1! }.SelectMany(stage => new[] { stage.FeedForward, stage.Attention })];

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
        : new(Embedding.narrow(0, image, 1), Latent!.Of(image), Level3!.Of(image), Level2!.Of(image), Level1!.Of(image));

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
