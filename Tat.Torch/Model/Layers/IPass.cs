using Tat.Torch.Model.Parameters;

namespace Tat.Torch.Model.Layers;

/// <summary>
/// A way through the network: what its stages, and the steps between them, do to maps of one kind. Their order is that of
/// <see cref="TatNetwork"/>.
/// </summary>
/// <typeparam name="TMap">A map.</typeparam>
/// <typeparam name="TKernels">The generated kernels of a stage.</typeparam>
internal interface IPass<TMap, TKernels>
{
    /// <summary>The first convolution: from the image to features.</summary>
    TMap Embed(Weights embedding, TMap image);

    /// <summary>A stage. It takes its input over; see <see cref="Keep"/>.</summary>
    TMap Run(Stage stage, TMap map, TKernels? kernels = default);

    /// <summary>To half or twice the resolution.</summary>
    TMap Resample(Resampling step, TMap map);

    /// <summary>The channels of two maps, and a 1×1 convolution of them, or none.</summary>
    TMap Join(TMap decoded, TMap encoded, Weights? reduce = null);

    /// <summary>A map for a stage to take over, where the given one is needed once more.</summary>
    TMap Keep(TMap map);

    /// <summary>The end: what is added to the image.</summary>
    TMap Finish(TMap[] maps, Weights[] reduce, Weights output);
}
