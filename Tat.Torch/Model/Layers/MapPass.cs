using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>The way of images that are restored, and of those of which autograd makes gradients.</summary>
internal sealed class MapPass(RunMode mode) : IPass<Tensor, StageKernels>
{
    public Tensor Embed(Weights embedding, Tensor image) => Maps.Convolve(mode, Maps.FromImage(image), embedding);

    public Tensor Run(Stage stage, Tensor map, StageKernels? kernels = null) => stage.Apply(mode, map, kernels);

    public Tensor Resample(Resampling step, Tensor map) => step.Apply(mode, map);

    public Tensor Join(Tensor decoded, Tensor encoded, Weights? reduce = null) => Maps.Join(mode, decoded, encoded, reduce);

    public Tensor Keep(Tensor map) => mode.InStrips ? map.clone() : map.alias();

    public Tensor Finish(Tensor[] maps, Weights[] reduce, Weights output) => OutputStage.Apply(mode, maps, reduce, output);
}
