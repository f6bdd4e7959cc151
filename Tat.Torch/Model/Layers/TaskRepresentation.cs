using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Reads the task representation from the input of the latent level, and generates from it the kernels of every stage.</summary>
internal sealed class TaskRepresentation : nn.Module
{
    private const int GeneratedAtOnce = 4096;

    private static readonly string[] _stages = ["latent", "level3", "level2", "level1"];

    [ComponentName(Name = "E")]
    private readonly Numbered<nn.Module> _encoder;

    [ComponentName(Name = "mlp")]
    private readonly Numbered<Weights> _mlp;
    private readonly Dictionary<string, (Numbered<Weights> FeedForward, Numbered<Weights> Attention)> _generators = [];

    public TaskRepresentation(ParameterSource source, TatNetworkOptions options)
        : base(nameof(TaskRepresentation))
    {
        long n = options.RepresentationFeatures;
        _encoder = new(
            (0, Weights.Convolution(source, options.Width / 2, n, 3, bias: true)),
            (2, new ResidualBlock(source, n)),
            (3, new ResidualBlock(source, n)),
            (4, Weights.Convolution(source, n, n, 3)),
            (6, Weights.Convolution(source, n, 2 * n, 3)),
            (8, Weights.Convolution(source, 2 * n, 4 * n, 3)));
        _mlp = new((0, Weights.Linear(source, 4 * n, 4 * n)), (2, Weights.Linear(source, 4 * n, 4 * n)));
        RegisterComponents();
        foreach (var (stage, level) in _stages.Zip([3, 2, 1, 1]))
        {
            var channels = options.Channels(level);
            var feedForward = new Numbered<Weights>((0, Weights.Linear(source, 4 * n, 2 * options.Hidden(channels) * 9)));
            var attention = new Numbered<Weights>((0, Weights.Linear(source, 4 * n, 3 * channels * 9)));
            register_module($"kernel_{stage}_ffn", feedForward);
            register_module($"kernel_{stage}_attn", attention);
            _generators.Add(stage, (feedForward, attention));
        }
    }

    /// <summary>The representation and the kernels of an image.</summary>
    /// <param name="latentInput">B×H/8×W/8×8C; no gradient flows back into it.</param>
    public TaskKernels Generate(Tensor latentInput)
    {
        using var scope = NewDisposeScope();
        return FromMean(Encode(latentInput.detach()).mean([1, 2])).MoveToOuterDisposeScope(); // B×h×w×4n → B×4n
    }

    /// <summary>The sum over a rectangle, given in pixels of the image, of what the average is taken of: 1×4n.</summary>
    public Tensor Sum(Tensor latentInput, int top, int bottom, int left, int right) =>
        Encode(latentInput).narrow(1, top / 2, (bottom - top) / 2).narrow(2, left / 2, (right - left) / 2).sum([1, 2]);

    /// <summary>The representation and the kernels of an image whose parts have been summed.</summary>
    public TaskKernels Finish(Tensor sums, int height, int width) => FromMean(sums.DividedBy(height / 2 * (double)(width / 2)));

    private TaskKernels FromMean(Tensor pooled)
    {
        var embedding = Embed(pooled);
        return new(embedding, Kernels("latent", embedding), Kernels("level3", embedding), Kernels("level2", embedding), Kernels("level1", embedding));
    }

    /// <summary>B×h×w×8C → B×4h×4w×4n, before the average over pixels.</summary>
    private Tensor Encode(Tensor latentInput)
    {
        var map = Maps.FromImage(functional.pixel_shuffle(Maps.ToImage(latentInput), 4));
        map = Maps.Convolve(map, (Weights)_encoder[0], Maps.Gelu);
        map = ((ResidualBlock)_encoder[2]).Apply(map);
        map = ((ResidualBlock)_encoder[3]).Apply(map);
        foreach (var i in (ReadOnlySpan<int>)[4, 6, 8])
        {
            map = Maps.Convolve(map, (Weights)_encoder[i], Maps.Gelu);
        }

        return map;
    }

    private Tensor Embed(Tensor pooled) => new[] { 0, 2 }.Aggregate(pooled, (z, i) => functional.gelu(functional.linear(z, _mlp[i].Weight)));

    private StageKernels Kernels(string stage, Tensor embedding)
    {
        var (feedForward, attention) = _generators[stage];
        return new(Kernels(feedForward[0], embedding), Kernels(attention[0], embedding));
    }

    /// <summary>B×4n → B×K×1×3×3.</summary>
    private static Tensor Kernels(Weights generator, Tensor embedding) => Generate(generator.Weight, embedding).view(embedding.shape[0], -1, 1, 3, 3);

    /// <summary>gelu(weights · embedding): a quarter of the weights of the network, each of which is read for one product.</summary>
    private static Tensor Generate(Tensor weights, Tensor embedding)
    {
        if (is_grad_enabled() || weights.device_type != TorchSharp.DeviceType.CPU)
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

    /// <summary>x + conv(gelu(conv(x))), both 3×3 with bias.</summary>
    private sealed class ResidualBlock : nn.Module
    {
        [ComponentName(Name = "body")]
        private readonly Numbered<Weights> _body;

        public ResidualBlock(ParameterSource source, long features)
            : base(nameof(ResidualBlock))
        {
            _body = new((0, Weights.Convolution(source, features, features, 3, bias: true)), (2, Weights.Convolution(source, features, features, 3, bias: true)));
            RegisterComponents();
        }

        public Tensor Apply(Tensor map) => Maps.Convolve(Maps.Convolve(map, _body[0], Maps.Gelu), _body[2]).Plus(map);
    }
}
