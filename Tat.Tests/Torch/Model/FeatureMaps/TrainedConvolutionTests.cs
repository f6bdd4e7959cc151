using CsCheck;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Runtime.Loading;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed class TrainedConvolutionTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => LibTorch.EnsureLoaded();

    [TestMethod]
    public void Values_and_gradients_are_those_of_a_convolution() => Gen.Select(
        Gen.Int[1, 3], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 5], Gen.Int[1, 5]).Sample((samples, height, width, inputs, outputs) =>
    {
        using var scope = NewDisposeScope();
        var map = rand([samples, height, width, inputs], float64).requires_grad_();
        var weight = rand([outputs, inputs, 3, 3], float64).requires_grad_();
        var factors = rand([samples, height, width, outputs], float64);

        var (trained, ofMap, ofWeight) = Run(TrainedConvolution.Run);
        var (plain, mapExpected,
            weightExpected) = Run((x, w) => functional.conv2d(x.permute(0, 3, 1, 2), w, padding: [1, 1]).permute(0, 2, 3, 1));
        Assert.IsTrue(allclose(plain, trained, 0, 1e-12));
        Assert.IsTrue(allclose(mapExpected, ofMap, 0, 1e-12));
        Assert.IsTrue(allclose(weightExpected, ofWeight, 0, 1e-12));

        (Tensor Value, Tensor OfMap, Tensor OfWeight) Run(Func<Tensor, Tensor, Tensor> convolve)
        {
            var value = convolve(map, weight);
            var gradients = autograd.grad([(value * factors).sum()], [map, weight]);
            return (value, gradients[0], gradients[1]);
        }
    }, iter: 50);

    [TestMethod]
    public void A_map_that_needs_no_gradient_gets_none()
    {
        using var scope = NewDisposeScope();
        var (map, weight) = (rand(1, 4, 4, 2), rand(3, 2, 3, 3).requires_grad_());
        TrainedConvolution.Run(map, weight).sum().backward();
        Assert.IsNull(map.grad);
        CollectionAssert.AreEqual(weight.shape, weight.grad!.shape);
    }
}
