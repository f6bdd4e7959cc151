using Tat.Torch.Model;

namespace Tat.Torch.Onnx;

/// <summary>Kernels that a stage shares: K×1×3×3, for attention, and for the two halves of the feed-forward layer, padded.</summary>
internal sealed record GeneratedKernels(Value Attention, Value Gate, Value Content);

/// <summary>Reads the task representation from the latent input and generates depth-wise kernels from it.</summary>
internal sealed class KernelGraph(TatNetworkOptions options, GraphWeights weights)
{
    /// <summary>Adds the computation.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="latent">The latent input, 1×8C×h×w.</param>
    /// <returns>Kernels by stage: <c>latent</c>, <c>level3</c>, <c>level2</c>, <c>level1</c>.</returns>
    public IReadOnlyDictionary<string, GeneratedKernels> Build(GraphBuilder g, Value latent)
    {
        using var scope = g.Scope("tren");
        var x = g.Gelu(Convolve(g, g.PixelShuffle(latent, 4), 0));
        foreach (var index in (int[])[2, 3])
        {
            x = g.Add(Convolve(g, g.Gelu(Convolve(g, x, $"tren.E.{index}.body.0")), $"tren.E.{index}.body.2"), x);
        }

        foreach (var index in (int[])[4, 6, 8])
        {
            x = g.Gelu(Convolve(g, x, index));
        }

        // The representation, 1 × 4·features.
        var z = g.Reshape(g.Node("GlobalAveragePool", [x]), 1, -1);
        z = g.Gelu(Linear(g, z, "tren.mlp.0"));
        z = g.Gelu(Linear(g, z, "tren.mlp.2"));
        return new (string Stage, int Level)[] { ("latent", 3), ("level3", 2), ("level2", 1), ("level1", 1) }
            .ToDictionary(item => item.Stage, item => Generate(g, z, item.Stage, options.Hidden(options.Channels(item.Level))));
    }

    private GeneratedKernels Generate(GraphBuilder g, Value z, string stage, int hidden)
    {
        // Nine numbers a channel; channels that only pad get zero kernels, because GELU(0) = 0.
        var padded = BlockGraph.Padded(hidden);
        var weight = weights[$"tren.kernel_{stage}_ffn.0.weight"];
        Value Half(string name, int index) => g.Reshape(
            g.Gelu(g.Gemm(z, NetworkGraph.Store(g, $"tren.kernel_{stage}_ffn.0.weight/{name}", weight.Rows(index * hidden * 9, hidden * 9, padded * 9)), transB: true)),
            padded, 1, 3, 3);
        return new(g.Reshape(g.Gelu(Linear(g, z, $"tren.kernel_{stage}_attn.0")), -1, 1, 3, 3), Half("gate", 0), Half("content", 1));
    }

    private Value Linear(GraphBuilder g, Value x, string name) => g.Gemm(x, NetworkGraph.Store(g, $"{name}.weight", weights[$"{name}.weight"]), transB: true);

    private Value Convolve(GraphBuilder g, Value x, int index) => Convolve(g, x, $"tren.E.{index}");

    private Value Convolve(GraphBuilder g, Value x, string name) => NetworkGraph.Convolution(g, weights, x, name);
}
