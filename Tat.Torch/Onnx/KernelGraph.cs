using Tat.Torch.Model.Contracts;

namespace Tat.Torch.Onnx;

/// <summary>Kernels that a stage shares: K×1×3×3, for attention, and for the two halves of the feed-forward layer, padded.</summary>
internal sealed record GeneratedKernels(Value Attention, Value Gate, Value Content);

/// <summary>The kernels of each level of the decoder; those of the first serve the refinement, too.</summary>
internal sealed record LevelKernels(GeneratedKernels Latent, GeneratedKernels Level3, GeneratedKernels Level2, GeneratedKernels Level1);

/// <summary>Reads the task representation from the latent input and generates depth-wise kernels from it.</summary>
internal sealed class KernelGraph(RepresentationPlan plan, GraphWeights weights)
{
    /// <summary>Adds the computation.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="latent">The latent input, 1×8C×h×w.</param>
    public LevelKernels Build(GraphBuilder g, Value latent)
    {
        using var scope = g.Scope(RepresentationPlan.Root);
        var x = g.Gelu(Convolve(g, g.PixelShuffle(latent, 4), plan.First));
        foreach (var layers in plan.Residual)
        {
            x = g.Add(Convolve(g, g.Gelu(Convolve(g, x, layers[0])), layers[1]), x);
        }

        x = plan.Widening.Aggregate(x, (features, layer) => g.Gelu(Convolve(g, features, layer)));

        // The representation, 1 × 4·features.
        var z = plan.Mlp.Aggregate(
            g.Reshape(g.Node("GlobalAveragePool", [x]), 1, -1), (numbers, layer) => g.Gelu(Linear(g, numbers, layer)));
        return new(Generate(g, z, plan.Latent), Generate(g, z, plan.Level3), Generate(g, z, plan.Level2), Generate(g, z, plan.Level1));
    }

    private GeneratedKernels Generate(GraphBuilder g, Value z, KernelPlan kernels)
    {
        // Nine numbers a channel; channels that only pad get zero kernels, because GELU(0) = 0.
        var (hidden, padded) = (kernels.Hidden, BlockGraph.Padded(kernels.Hidden, isGenerated: true));
        var name = $"{kernels.FeedForward.Name}.weight";
        Value Half(string half, int index) => g.Reshape(
            g.Gelu(g.Gemm(z, NetworkGraph.Store(g, $"{name}/{half}", weights[name].Rows(index * hidden * 9, hidden * 9, padded * 9)),
                transB: true)),
            padded, 1, 3, 3);
        return new(g.Reshape(g.Gelu(Linear(g, z, kernels.Attention)), -1, 1, 3, 3), Half("gate", 0), Half("content", 1));
    }

    private Value Linear(GraphBuilder g, Value x, LayerPlan layer) =>
        g.Gemm(x, NetworkGraph.Store(g, $"{layer.Name}.weight", weights[$"{layer.Name}.weight"]), transB: true);

    private Value Convolve(GraphBuilder g, Value x, LayerPlan layer) => NetworkGraph.Convolution(g, weights, x, layer);
}
