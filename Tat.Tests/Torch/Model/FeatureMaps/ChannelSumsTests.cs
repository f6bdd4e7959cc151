using CsCheck;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Runtime.Loading;
using static TorchSharp.torch;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed class ChannelSumsTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => LibTorch.EnsureLoaded();

    [TestMethod]
    public void Values_and_gradients_are_those_of_the_definition() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 3], Gen.Int[1, 4]).Sample((samples, height, width, heads, d) =>
        {
            using var scope = NewDisposeScope();
            var map = rand([samples, height, width, 2 * heads * d], float64).requires_grad_();
            var factors = rand([samples, heads, d + 2, d], float64);

            var sums = ChannelSums.Of(RunMode.For(map), map, heads);
            var actual = cat([sums.Products, sums.Queries, sums.Keys], 2);

            // B×H×W×2×heads×d
            var parts = map.view(samples, height, width, 2, heads, d);
            var (q, k) = (parts.select(3, 0), parts.select(3, 1));
            var expected = cat([einsum("bhwnd,bhwne->bnde", q, k), (q * q).sum([1, 2]).unsqueeze(2), (k * k).sum([1, 2]).unsqueeze(2)], 2);
            Assert.IsTrue(allclose(expected, actual, 0, 1e-12));
            Assert.IsTrue(allclose(Gradient(expected), Gradient(actual), 0, 1e-12));

            Tensor Gradient(Tensor value) => autograd.grad([(value * factors).sum()], [map])[0];
        }, iter: 50);
}
