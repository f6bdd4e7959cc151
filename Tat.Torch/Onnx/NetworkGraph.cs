using Tat.Torch.Model.Contracts;

namespace Tat.Torch.Onnx;

/// <summary>
/// The network as a graph, for one image whose sides are multiples of 8. Features are h·w × C matrices, so that layer normalisation runs
/// along rows; a matrix product with one factor transposed takes them to channels × pixels for the depth-wise convolutions, and results
/// are transposed back, where they have the fewest channels.
/// </summary>
internal sealed class NetworkGraph
{
    private readonly NetworkPlan _plan;
    private readonly GraphWeights _weights;
    private readonly LevelGeometry[] _levels;

    /// <summary>Prepares the network for images of a size that is known at run time.</summary>
    /// <param name="plan">The architecture.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="g">The graph in which the size is; the network may be added to it or to the body of a loop in it.</param>
    /// <param name="height">Rows of the images, one integer, a multiple of 8.</param>
    /// <param name="width">Columns of the images, likewise.</param>
    public NetworkGraph(NetworkPlan plan, GraphWeights weights, GraphBuilder g, Value height, Value width)
    {
        (_plan, _weights) = (plan, weights);
        _levels = new LevelGeometry[NetworkPlan.Levels];
        for (var level = 0; level < NetworkPlan.Levels; level++)
        {
            using var scope = g.Scope($"level{level + 1}");
            var scale = g.Integers(1 << level);
            _levels[level] = LevelGeometry.Build(g, g.Div(height, scale), g.Div(width, scale), plan.Options.Window(level));
        }
    }

    /// <summary>Adds the network.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="image">1×1×H×W in [0, 1].</param>
    /// <returns>1×1×H×W, not clipped.</returns>
    public Value Build(GraphBuilder g, Value image)
    {
        var encoder1 = Stage(g, _plan.Encoder[0], ToRows(g, Convolve(g, image, _plan.PatchEmbedding), _plan.PatchEmbedding.Outputs));
        var encoder2 = Stage(g, _plan.Encoder[1], Down(g, encoder1, _plan.Down[0]));
        var encoder3 = Stage(g, _plan.Encoder[2], Down(g, encoder2, _plan.Down[1]));
        var latent = Down(g, encoder3, _plan.Down[2]);
        var kernels = _plan.Representation is { } representation
            ? new KernelGraph(representation, _weights).Build(g, ToMap(g, latent, NetworkPlan.Levels - 1))
            : null;

        latent = Stage(g, _plan.Latent, latent, kernels?.Latent);
        var decoder3 = Reduce(g, _plan.Reduce[1], Up(g, latent, _plan.Up[2]), encoder3);
        decoder3 = Stage(g, _plan.Decoder[2], decoder3, kernels?.Level3);
        var decoder2 = Reduce(g, _plan.Reduce[0], Up(g, decoder3, _plan.Up[1]), encoder2);
        decoder2 = Stage(g, _plan.Decoder[1], decoder2, kernels?.Level2);
        var decoder1 = g.Concat(1, ToRows(g, Up(g, decoder2, _plan.Up[0]), _plan.Up[0].Outputs / 4), encoder1);
        decoder1 = Stage(g, _plan.Decoder[0], decoder1, kernels?.Level1);
        var refined = Stage(g, _plan.Refinement, decoder1, kernels?.Level1);

        var all = ToMap(g, g.Concat(1, encoder1, decoder1, refined), 0);
        var reduced = g.Gelu(Convolve(g, all, _plan.ReduceFinal[0]));
        return g.Add(Convolve(g, Convolve(g, reduced, _plan.ReduceFinal[1]), _plan.Output), image);
    }

    /// <summary>A chain of blocks.</summary>
    private Value Stage(GraphBuilder g, StagePlan stage, Value x, GeneratedKernels? kernels = null)
    {
        for (var i = 0; i < stage.Blocks; i++)
        {
            var name = $"{stage.Name}.{i}";
            using var scope = g.Scope(name);
            var block = new BlockGraph(stage.Block, _weights, name, _levels[stage.Block.Level], kernels);
            x = block.FeedForward(g, block.Attention(g, x));
        }

        return x;
    }

    /// <summary>To the next deeper level: convolution to half the channels, then each 2×2 pixels become four channels.</summary>
    private Value Down(GraphBuilder g, Value x, LayerPlan layer)
    {
        using var scope = g.Scope(layer.Name);
        var map = Convolve(g, ToMap(g, x, layer.Level!.Value), layer);
        var deeper = _levels[layer.Level.Value + 1];
        var split = g.Reshape(map, g.Concat(0, g.Integers(layer.Outputs), deeper.Height, g.Integers(2), deeper.Width, g.Integers(2)));
        return g.Reshape(g.Transpose(split, 1, 3, 0, 2, 4), -1, 4 * layer.Outputs);
    }

    /// <summary>To the next level up: convolution to twice the channels, then four channels become 2×2 pixels; a 1×C/2×2h×2w map.</summary>
    private Value Up(GraphBuilder g, Value x, LayerPlan layer)
    {
        using var scope = g.Scope(layer.Name);
        return g.PixelShuffle(Convolve(g, ToMap(g, x, layer.Level!.Value), layer), 2);
    }

    /// <summary>A 1×1 convolution of the concatenation of a map (from below) and rows (from the encoder), without concatenating.</summary>
    private Value Reduce(GraphBuilder g, LayerPlan layer, Value below, Value encoder)
    {
        var (name, half) = (layer.Name, layer.Inputs / 2);
        using var scope = g.Scope(name);
        var weight = _weights[$"{name}.weight"];
        var fromEncoder = g.Gemm(encoder, Store(g, $"{name}.weight/encoder", weight.Columns(half, half).Transposed()),
            layer.HasBias ? Store(g, $"{name}.bias", _weights[$"{name}.bias"]) : default);
        return g.Add(
            fromEncoder, g.MatMulToRows(Store(g, $"{name}.weight/below", weight.Columns(0, half)), g.Reshape(below, half, -1)));
    }

    private Value Convolve(GraphBuilder g, Value map, LayerPlan layer) => Convolution(g, _weights, map, layer);

    /// <summary>1×C×h×w to h·w × C.</summary>
    private static Value ToRows(GraphBuilder g, Value map, int channels) => g.Transpose(g.Reshape(map, channels, -1), 1, 0);

    /// <summary>h·w × C to 1×C×h×w.</summary>
    private Value ToMap(GraphBuilder g, Value rows, int level) =>
        g.Reshape(g.Transpose(rows, 1, 0), g.Concat(0, g.Integers(1, -1), _levels[level].Height, _levels[level].Width));

    /// <summary>A convolution under its published name: 3×3 with zero padding, or 1×1.</summary>
    public static Value Convolution(GraphBuilder g, GraphWeights weights, Value map, LayerPlan layer)
    {
        var bias = layer.HasBias ? Store(g, $"{layer.Name}.bias", weights[$"{layer.Name}.bias"]) : default;
        var stored = Store(g, $"{layer.Name}.weight", weights[$"{layer.Name}.weight"]);
        return layer.Side == 3 ? g.Conv3x3(map, stored, bias) : g.Conv1x1(map, stored, bias);
    }

    public static Value Store(GraphBuilder g, string name, WeightArray weight) => g.Weight(name, weight.Values, weight.Shape);
}
