using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>What channel attention needs of q and k, summed over pixels: qᵀk, and the squares of both; with a gradient that goes through the maps once.</summary>
/// <remarks>Recorded operator by operator, the squares alone cost several passes over maps that are larger than any cache.</remarks>
internal sealed class ChannelProducts : autograd.SingleTensorFunction<ChannelProducts>
{
    private const string HeadsKey = "heads";

    /// <inheritdoc/>
    public override string Name => nameof(ChannelProducts);

    /// <summary>Sums products and squares.</summary>
    /// <param name="map">B×H×W×2C: q, then k.</param>
    /// <param name="heads">Heads, of d = C/heads channels each.</param>
    /// <returns>qᵀk: B×heads×d×d; q² and k²: B×heads×1×d.</returns>
    public static (Tensor Products, Tensor Queries, Tensor Keys) Of(Tensor map, int heads)
    {
        var sums = is_grad_enabled() ? apply(map, heads) : Sum(map, heads); // B×heads×d×(d+2)
        var d = sums.shape[2];
        return (sums.narrow(-1, 0, d), sums.narrow(-1, d, 1).transpose(-2, -1), sums.narrow(-1, d + 1, 1).transpose(-2, -1));
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (map, heads) = ((Tensor)arguments[0], (int)arguments[1]);
        context.save_for_backward([map]);
        context.save_data(HeadsKey, heads);
        return Sum(map, heads);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (map, heads) = (context.get_saved_variables()[0], (int)context.get_data(HeadsKey));
        var d = gradient.shape[2];

        // d(q²)/dq = 2q, and likewise for k, in one pass: B×H×W×2C times B×1×1×2C.
        var squares = gradient.narrow(-1, d, 2).permute(0, 3, 1, 2).reshape(map.shape[0], 1, 1, -1);
        var result = map * (2 * squares);

        // d(qᵀk): k·gᵀ for q, q·g for k, added where they belong.
        var (q, k) = Split(map, heads);
        var (toQ, toK) = Split(result, heads);
        for (var sample = 0; sample < map.shape[0]; sample++)
        {
            for (var head = 0; head < heads; head++)
            {
                var products = gradient[sample, head].narrow(-1, 0, d);
                toQ[sample, head].addmm_(k[sample, head], products.t());
                toK[sample, head].addmm_(q[sample, head], products);
            }
        }

        return [result.MoveToOuterDisposeScope(), null!];
    }

    private static Tensor Sum(Tensor map, int heads)
    {
        using var scope = NewDisposeScope();
        var (q, k) = Split(map, heads);
        var squares = map.flatten(1, 2).square().sum([1]).view(map.shape[0], 2, heads, -1).permute(0, 2, 3, 1); // B×2C → B×heads×d×2
        return cat([q.transpose(-2, -1).matmul(k), squares], -1).MoveToOuterDisposeScope();
    }

    /// <summary>B×H×W×2C → twice B×heads×pixels×d.</summary>
    private static (Tensor First, Tensor Second) Split(Tensor map, int heads)
    {
        var halves = map.flatten(1, 2).unflatten(2, 2, heads, map.shape[3] / 2 / heads).permute(2, 0, 3, 1, 4); // B×pixels×2×heads×d → 2×B×heads×pixels×d
        return (halves[0], halves[1]);
    }
}
