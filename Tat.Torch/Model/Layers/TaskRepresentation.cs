using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Reads the task representation from the input of the latent level, and generates from it the kernels of every stage.</summary>
internal sealed class TaskRepresentation
{
    private const int GeneratedAtOnce = 4096;

    private readonly RepresentationPlan _plan;
    private readonly Dictionary<LayerPlan, Weights> _weights;

    /// <param name="network">Owns the weights.</param>
    /// <param name="source">Initial values.</param>
    /// <param name="plan">The layers.</param>
    public TaskRepresentation(nn.Module network, ParameterSource source, RepresentationPlan plan)
    {
        _plan = plan;
        _weights = plan.Layers.ToDictionary(layer => layer, layer => network.Add(layer.Name, Weights.Of(source, layer)));
    }

    /// <summary>The representation and the kernels of an image.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="latentInput">B×H/8×W/8×8C; no gradient flows back into it.</param>
    public TaskKernels Generate(RunMode mode, Tensor latentInput)
    {
        using var scope = NewDisposeScope();
        return FromMean(mode, Encode(mode, latentInput.detach()).mean([1, 2])).MoveToOuterDisposeScope(); // B×h×w×4n → B×4n
    }

    /// <summary>The kernels of one image, recorded for their gradients.</summary>
    public DecoderKernels<RecordedStage> Generate(Tape tape, RecordedMap latentInput)
    {
        // The gradients of the first convolution's input are not asked for: the representation only reads.
        var map = tape.Convolve(_weights[_plan.First], gelu: true, needed: false, tape.Unfold(latentInput, 4, needed: false));
        foreach (var layers in _plan.Residual)
        {
            map = tape.Add(tape.Convolve(
                _weights[layers[1]], gelu: false, needed: true, tape.Convolve(_weights[layers[0]], gelu: true, needed: true, map)), map);
        }

        map = _plan.Widening.Aggregate(map, (features, layer) => tape.Convolve(_weights[layer], gelu: true, needed: true, features));
        var embedding = _plan.Mlp.Aggregate(tape.Mean(map), (z, layer) => tape.Generate(_weights[layer], z));
        return new(Stage(_plan.Latent), Stage(_plan.Level3), Stage(_plan.Level2), Stage(_plan.Level1));

        RecordedStage Stage(KernelPlan plan) =>
            new(tape.Generate(_weights[plan.FeedForward], embedding), tape.Generate(_weights[plan.Attention], embedding));
    }

    /// <summary>The sum over a rectangle, given in pixels of the image, of what the average is taken of: 1×4n.</summary>
    public Tensor Sum(RunMode mode, Tensor latentInput, int top, int bottom, int left, int right) =>
        Encode(mode, latentInput).narrow(1, top / 2, (bottom - top) / 2).narrow(2, left / 2, (right - left) / 2).sum([1, 2]);

    /// <summary>The representation and the kernels of an image whose parts have been summed.</summary>
    public TaskKernels Finish(RunMode mode, Tensor sums, int height, int width) =>
        FromMean(mode, sums.DividedBy(height / 2 * (double)(width / 2)));

    private TaskKernels FromMean(RunMode mode, Tensor pooled)
    {
        var embedding = Embed(pooled);
        return new(embedding, new(Kernels(_plan.Latent), Kernels(_plan.Level3), Kernels(_plan.Level2), Kernels(_plan.Level1)));

        StageKernels Kernels(KernelPlan plan) => new(Of(plan.FeedForward), Of(plan.Attention));

        // B×4n → B×K×1×3×3
        Tensor Of(LayerPlan layer) => Generate(mode, _weights[layer].Weight, embedding).view(embedding.shape[0], -1, 1, 3, 3);
    }

    /// <summary>B×h×w×8C → B×4h×4w×4n, before the average over pixels.</summary>
    private Tensor Encode(RunMode mode, Tensor latentInput)
    {
        var map = Maps.FromImage(functional.pixel_shuffle(Maps.ToImage(latentInput), 4));
        map = Maps.Convolve(mode, map, _weights[_plan.First], Gelu);
        foreach (var layers in _plan.Residual)
        {
            map = Maps.Convolve(mode, Maps.Convolve(mode, map, _weights[layers[0]], Gelu), _weights[layers[1]]).Plus(map);
        }

        return _plan.Widening.Aggregate(map, (features, layer) => Maps.Convolve(mode, features, _weights[layer], Gelu));

        Tensor Gelu(Tensor features) => Maps.Gelu(mode, features);
    }

    private Tensor Embed(Tensor pooled) =>
        _plan.Mlp.Aggregate(pooled, (z, layer) => functional.gelu(functional.linear(z, _weights[layer].Weight)));

    /// <summary>gelu(weights · embedding): a quarter of the weights of the network, each of which is read for one product.</summary>
    private static Tensor Generate(RunMode mode, Tensor weights, Tensor embedding)
    {
        if (mode.Records || !mode.OnCpu)
        {
            return functional.gelu(functional.linear(embedding, weights));
        }

        var (count, pieces) = (weights.shape[0], (int)((weights.shape[0] + GeneratedAtOnce - 1) / GeneratedAtOnce));
        var generated = empty([embedding.shape[0], count], embedding.dtype, embedding.device);
        ComputeThreads.Share(pieces, piece =>
        {
            var (start, length) = (count * piece / pieces, (count * (piece + 1) / pieces) - (count * piece / pieces));
            var target = generated.narrow(1, start, length);
            target.copy_(functional.linear(embedding, weights.narrow(0, start, length)).gelu_());
        });
        return generated;
    }
}
