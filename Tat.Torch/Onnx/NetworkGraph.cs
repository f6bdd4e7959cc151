using Tat.Torch.Model;

namespace Tat.Torch.Onnx;

/// <summary>
/// The network as a graph, for one image whose sides are multiples of 8. Features are h·w × C matrices, so that layer normalisation runs
/// along rows; a matrix product with one factor transposed takes them to channels × pixels for the depth-wise convolutions and another
/// brings them back, so that nothing is transposed by itself.
/// </summary>
internal sealed class NetworkGraph
{
    private readonly TatNetworkOptions _options;
    private readonly GraphWeights _weights;
    private readonly LevelGeometry[] _levels;

    /// <summary>Prepares the network for images of a size that is known at run time.</summary>
    /// <param name="options">The architecture.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="g">The graph in which the size is; the network may be added to it or to the body of a loop in it.</param>
    /// <param name="height">Rows of the images, one integer, a multiple of 8.</param>
    /// <param name="width">Columns of the images, likewise.</param>
    public NetworkGraph(TatNetworkOptions options, GraphWeights weights, GraphBuilder g, Value height, Value width)
    {
        (_options, _weights) = (options, weights);
        _levels = new LevelGeometry[4];
        for (var level = 0; level < 4; level++)
        {
            using var scope = g.Scope($"level{level + 1}");
            var scale = g.Integers(1 << level);
            _levels[level] = LevelGeometry.Build(g, g.Div(height, scale), g.Div(width, scale), options.Window(level));
        }
    }

    /// <summary>Adds the network.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="image">1×1×H×W in [0, 1].</param>
    /// <returns>1×1×H×W, not clipped.</returns>
    public Value Build(GraphBuilder g, Value image)
    {
        var width = _options.Width;
        var encoder1 = Stage(g, "encoder_level1", ToRows(g, Convolve(g, image, "patch_embed.proj"), width), 0, _options.Blocks[0]);
        var encoder2 = Stage(g, "encoder_level2", Down(g, encoder1, "down1_2.body.0", 0), 1, _options.Blocks[1]);
        var encoder3 = Stage(g, "encoder_level3", Down(g, encoder2, "down2_3.body.0", 1), 2, _options.Blocks[2]);
        var latent = Down(g, encoder3, "down3_4.body.0", 2);
        var kernels = _options.WeightGeneration ? new KernelGraph(_options, _weights).Build(g, ToMap(g, latent, 3)) : null;

        latent = Stage(g, "latent", latent, 3, _options.Blocks[3], kernels?["latent"]);
        var decoder3 = Reduce(g, "reduce_chan_level3", Up(g, latent, "up4_3.body.0", 3), encoder3);
        decoder3 = Stage(g, "decoder_level3", decoder3, 2, _options.Blocks[2], kernels?["level3"]);
        var decoder2 = Reduce(g, "reduce_chan_level2", Up(g, decoder3, "up3_2.body.0", 2), encoder2);
        decoder2 = Stage(g, "decoder_level2", decoder2, 1, _options.Blocks[1], kernels?["level2"]);
        var decoder1 = g.Concat(1, ToRows(g, Up(g, decoder2, "up2_1.body.0", 1), width), encoder1);
        decoder1 = Stage(g, "decoder_level1", decoder1, 0, _options.Blocks[0], kernels?["level1"]);
        var refined = Stage(g, "refinement", decoder1, 0, _options.RefinementBlocks, kernels?["level1"]);

        var all = ToMap(g, g.Concat(1, encoder1, decoder1, refined), 0);
        var reduced = g.Gelu(Convolve(g, all, "reduce_final.0"));
        return g.Add(Convolve(g, Convolve(g, reduced, "reduce_final.2"), "output"), image);
    }

    /// <summary>A chain of blocks.</summary>
    private Value Stage(GraphBuilder g, string name, Value x, int level, int blocks, GeneratedKernels? kernels = null)
    {
        for (var i = 0; i < blocks; i++)
        {
            using var scope = g.Scope($"{name}.{i}");
            var block = new BlockGraph(_options, _weights, $"{name}.{i}", _levels[level], _options.Heads[level], kernels);
            x = block.FeedForward(g, block.Attention(g, x));
        }

        return x;
    }

    /// <summary>To the next deeper level: convolution to half the channels, then each 2×2 pixels become four channels.</summary>
    private Value Down(GraphBuilder g, Value x, string name, int level)
    {
        using var scope = g.Scope(name);
        var map = Convolve(g, ToMap(g, x, level), name);
        var channels = _options.Channels(level) / 2;
        var deeper = _levels[level + 1];
        var split = g.Reshape(map, g.Concat(0, g.Integers(channels), deeper.Height, g.Integers(2), deeper.Width, g.Integers(2)));
        return g.Reshape(g.Transpose(split, 1, 3, 0, 2, 4), -1, 4 * channels);
    }

    /// <summary>To the next level up: convolution to twice the channels, then four channels become 2×2 pixels; a 1×C/2×2h×2w map.</summary>
    private Value Up(GraphBuilder g, Value x, string name, int level)
    {
        using var scope = g.Scope(name);
        return g.PixelShuffle(Convolve(g, ToMap(g, x, level), name), 2);
    }

    /// <summary>A 1×1 convolution of the concatenation of a map (from below) and rows (from the encoder), without concatenating.</summary>
    private Value Reduce(GraphBuilder g, string name, Value below, Value encoder)
    {
        using var scope = g.Scope(name);
        var weight = _weights[$"{name}.weight"];
        var half = weight.Matrix.Columns / 2;
        var fromEncoder = g.Gemm(encoder, Store(g, $"{name}.weight/encoder", weight.Columns(half, half).Transposed()), Bias(g, name));
        return g.Gemm(g.Reshape(below, half, -1), Store(g, $"{name}.weight/below", weight.Columns(0, half).Transposed()), fromEncoder, transA: true);
    }

    private Value Convolve(GraphBuilder g, Value map, string name) => Convolution(g, _weights, map, name);

    /// <summary>1×C×h×w to h·w × C.</summary>
    private static Value ToRows(GraphBuilder g, Value map, int channels) => g.Transpose(g.Reshape(map, channels, -1), 1, 0);

    /// <summary>h·w × C to 1×C×h×w.</summary>
    private Value ToMap(GraphBuilder g, Value rows, int level) =>
        g.Reshape(g.Transpose(rows, 1, 0), g.Concat(0, g.Integers(1, -1), _levels[level].Height, _levels[level].Width));

    /// <summary>A convolution under its published name: 3×3 with zero padding, or 1×1.</summary>
    public static Value Convolution(GraphBuilder g, GraphWeights weights, Value map, string name)
    {
        var weight = weights[$"{name}.weight"];
        var bias = weights.Has($"{name}.bias") ? Store(g, $"{name}.bias", weights[$"{name}.bias"]) : default;
        var stored = Store(g, $"{name}.weight", weight);
        return weight.Shape[2] == 3 ? g.Conv3x3(map, stored, bias) : g.Conv1x1(map, stored, bias);
    }

    public static Value Store(GraphBuilder g, string name, WeightArray weight) => g.Weight(name, weight.Values, weight.Shape);

    private Value Bias(GraphBuilder g, string name) => _weights.Has($"{name}.bias") ? Store(g, $"{name}.bias", _weights[$"{name}.bias"]) : default;
}
