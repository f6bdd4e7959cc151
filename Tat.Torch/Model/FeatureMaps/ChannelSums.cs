using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>Sums over pixels of q·k for all channels of a head, and of q² and k².</summary>
/// <param name="Products">B×heads×d×d.</param>
/// <param name="Queries">B×heads×1×d.</param>
/// <param name="Keys">B×heads×1×d.</param>
internal readonly record struct ChannelSums(Tensor Products, Tensor Queries, Tensor Keys)
{
    /// <summary>Zeros, to which sums can be added.</summary>
    /// <param name="parts">Of how many parts each cell's sums are kept apart.</param>
    /// <param name="cells">Number of cells.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="channels">C.</param>
    /// <param name="map">Has the type and device.</param>
    /// <returns>parts×cells×1×heads×….</returns>
    public static ChannelSums Zeros(int parts, int cells, int heads, int channels, Tensor map)
    {
        var d = channels / heads;
        return new(Make(d), Make(1), Make(1));

        Tensor Make(int rows) => zeros([parts, cells, 1, heads, rows, d], map.dtype, map.device);
    }

    /// <summary>Sums a map.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="queriesAndKeys">B×H×W×2C: q, then k.</param>
    /// <param name="heads">C = heads·d.</param>
    public static ChannelSums Of(RunMode mode, Tensor queriesAndKeys, int heads)
    {
        if (mode is not { Records: true, OnCpu: true })
        {
            return Calculate(queriesAndKeys, heads);
        }

        var sums = Trained.apply(queriesAndKeys, heads);
        return new(sums[0], sums[1], sums[2]);
    }

    /// <summary>Adds the sums of another part of the same map.</summary>
    public void Add(ChannelSums other)
    {
        Products.Add(other.Products);
        Queries.Add(other.Queries);
        Keys.Add(other.Keys);
    }

    /// <summary>Those of a part of a cell; of <see cref="Zeros"/>.</summary>
    public ChannelSums Of(int part, int cell) => Map(sums => sums.select(0, part).select(0, cell));

    /// <summary>Applies an operation to each of the tensors.</summary>
    public ChannelSums Map(Func<Tensor, Tensor> operation) => new(operation(Products), operation(Queries), operation(Keys));

    private static ChannelSums Calculate(Tensor queriesAndKeys, int heads)
    {
        using var scope = NewDisposeScope();

        // B×H×W×2C → B×heads×pixels×d
        var halves = queriesAndKeys.flatten(1, 2).chunk(2, -1);
        var q = halves[0].unflatten(2, heads, -1).transpose(1, 2);
        var k = halves[1].unflatten(2, heads, -1).transpose(1, 2);
        var sums = new ChannelSums(
            q.transpose(-2, -1).matmul(k), q.Squared().sum([-2], keepdim: true), k.Squared().sum([-2], keepdim: true));
        return sums.Map(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <summary>The same with gradients that are made in one map, where autograd would make six and add them up.</summary>
    private sealed class Trained : autograd.MultiTensorFunction<Trained>
    {
        private const string HeadsKey = "heads";

        /// <inheritdoc/>
        public override string Name => nameof(ChannelSums);

        /// <inheritdoc/>
        public override List<Tensor> forward(autograd.AutogradContext context, params object[] arguments)
        {
            var (queriesAndKeys, heads) = ((Tensor)arguments[0], (int)arguments[1]);
            context.save_for_backward([queriesAndKeys]);
            context.save_data(HeadsKey, heads);
            var sums = Calculate(queriesAndKeys, heads);
            return [sums.Products, sums.Queries, sums.Keys];
        }

        /// <inheritdoc/>
        public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
        {
            using var scope = NewDisposeScope();
            using Tensor ofProducts = gradients[0], ofQueries = gradients[1], ofKeys = gradients[2];
            var queriesAndKeys = context.get_saved_variables()[0].detach();
            var heads = (int)context.get_data(HeadsKey);
            var (samples, channels) = (queriesAndKeys.shape[0], queriesAndKeys.shape[3] / 2);

            // Of the squares: twice the value.
            var factors = cat([ofQueries, ofKeys], 1).view(samples, 1, 1, 2 * channels).Times(2);
            var result = queriesAndKeys * factors;

            // Of the products: k·gᵀ for q and q·g for k, head by head.
            var (d, values, target) = (channels / heads, queriesAndKeys.flatten(1, 2), result.flatten(1, 2));
            for (var i = 0; i < samples * heads; i++)
            {
                var (sample, head) = (i / heads, i % heads);
                var (queries, keys) = (head * d, channels + (head * d));
                var matrix = ofProducts.select(0, sample).select(0, head);
                var (from, to) = (values.select(0, sample), target.select(0, sample));
                to.narrow(1, queries, d).addmm_(from.narrow(1, keys, d), matrix.t(), 1, 1);
                to.narrow(1, keys, d).addmm_(from.narrow(1, queries, d), matrix, 1, 1);
            }

            return HandedGradients.Give(result, null);
        }
    }
}
