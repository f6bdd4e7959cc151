using Tat.Torch.Model.Layers;
using static TorchSharp.torch;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed class ChannelProductsTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(3, 2)]
    public void Sums_and_gradients_are_those_of_the_operators_one_by_one(int batch, int heads)
    {
        using var scope = NewDisposeScope();
        const int Channels = 4;
        var map = rand([batch, 3, 5, 2 * Channels], ScalarType.Float64).requires_grad_();
        var reference = map.detach().clone().requires_grad_();

        var (products, queries, keys) = ChannelProducts.Of(map, heads);
        var halves = reference.flatten(1, 2).chunk(2, -1).Select(half => half.unflatten(2, heads, Channels / heads).transpose(1, 2)).ToArray();
        Tensor[] expected = [halves[0].transpose(-2, -1).matmul(halves[1]), halves[0].square().sum([-2], keepdim: true), halves[1].square().sum([-2], keepdim: true)];
        Tensor[] actual = [products, queries, keys];

        var (loss, expectedLoss) = (zeros(1, ScalarType.Float64), zeros(1, ScalarType.Float64));
        foreach (var (one, other) in actual.Zip(expected))
        {
            GoldenVectors.AssertClose(other.detach(), one.detach(), 1e-12, "sums");
            var weights = rand_like(other);
            (loss, expectedLoss) = (loss + (weights * one).sum(), expectedLoss + (weights * other).sum());
        }

        loss.backward();
        expectedLoss.backward();
        GoldenVectors.AssertClose(reference.grad!, map.grad!, 1e-12, "gradients");
    }
}
