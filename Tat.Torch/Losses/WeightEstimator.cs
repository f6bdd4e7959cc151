using Tat.Torch.Randomness;
using Tat.Torch.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Tat.Torch.Losses;

/// <summary>The network of task-adaptive loss balancing: three errors of a sample in, its weight u out (8,577 parameters).</summary>
/// <remarks>
/// <c>fc_in</c> 3→16; a residual block <c>res_block</c> of LayerNorm <c>norm</c>, <c>fc1</c> 16→256, GELU, <c>fc2</c> 256→16; <c>fc_out</c>
/// 16→1, which starts at weight 0 and bias 1, so that u starts at 1. The names are those of the published program.
/// </remarks>
internal sealed class WeightEstimator : nn.Module<Tensor, Tensor>
{
    private const int Features = 16;
    private const int Hidden = 256;

    [ComponentName(Name = "fc_in")]
    private readonly Affine _input;

    [ComponentName(Name = "res_block")]
    private readonly Residual _block;

    [ComponentName(Name = "fc_out")]
    private readonly Affine _output;

    public WeightEstimator(ulong seed)
        : base("weight_estimator")
    {
        _input = new(3, Features, new RandomStream(seed, Streams.Estimator, 1));
        _block = new(seed);
        _output = new(Features, 1);
        RegisterComponents();
    }

    /// <summary>B×3 → B.</summary>
    public override Tensor forward(Tensor errors)
    {
        using var scope = NewDisposeScope();
        return _output.call(_block.call(_input.call(errors))).flatten().MoveToOuterDisposeScope();
    }

    /// <summary>x → fc2(gelu(fc1(norm(x)))) + x, on B×16.</summary>
    private sealed class Residual : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "norm")]
        private readonly Normalization _norm = new();

        [ComponentName(Name = "fc1")]
        private readonly Affine _expand;

        [ComponentName(Name = "fc2")]
        private readonly Affine _reduce;

        public Residual(ulong seed)
            : base("res_block")
        {
            _expand = new(Features, Hidden, new RandomStream(seed, Streams.Estimator, 2));
            _reduce = new(Hidden, Features, new RandomStream(seed, Streams.Estimator, 3));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return _reduce.call(nn.functional.gelu(_expand.call(_norm.call(x)))).Plus(x).MoveToOuterDisposeScope();
        }
    }

    /// <summary>LayerNorm over 16 features, ε = 1e-5.</summary>
    private sealed class Normalization : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "weight")]
        private readonly Parameter _weight = new(ones(Features).DetachFromDisposeScope());

        [ComponentName(Name = "bias")]
        private readonly Parameter _bias = new(zeros(Features).DetachFromDisposeScope());

        public Normalization()
            : base("norm")
        {
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => nn.functional.layer_norm(x, [Features], _weight, _bias, 1e-5);
    }

    /// <summary>A linear layer with bias.</summary>
    private sealed class Affine : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "weight")]
        private readonly Parameter _weight;

        [ComponentName(Name = "bias")]
        private readonly Parameter _bias;

        /// <summary>Starts as PyTorch's Linear does: uniform in ±1/√inputs.</summary>
        public Affine(int inputs, int outputs, RandomStream random)
            : this(Uniform(ref random, inputs, outputs, inputs), Uniform(ref random, inputs, outputs))
        {
        }

        /// <summary>Starts at weight 0 and bias 1.</summary>
        public Affine(int inputs, int outputs)
            : this(zeros(outputs, inputs), ones(outputs))
        {
        }

        private Affine(Tensor weight, Tensor bias)
            : base("fc")
        {
            _weight = new Parameter(weight.DetachFromDisposeScope());
            _bias = new Parameter(bias.DetachFromDisposeScope());
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

        private static Tensor Uniform(ref RandomStream random, int inputs, params long[] shape)
        {
            var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
            var bound = 1 / Math.Sqrt(inputs);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(((2 * random.NextDouble()) - 1) * bound);
            }

            return tensor(values, shape);
        }
    }
}
