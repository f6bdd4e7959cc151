using Tat.Torch.Model.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed class RecordedConvolutionTests
{
    [TestMethod]
    [DataRow(1, 6, 6)]
    [DataRow(3, 2, 7)]
    [DataRow(2, 5, 1)]
    public void Results_and_gradients_are_those_of_the_library(int batch, int height, int width)
    {
        using var scope = NewDisposeScope();
        var map = rand([batch, height, width, 17], ScalarType.Float64).requires_grad_();
        var weight = rand([19, 17, 3, 3], ScalarType.Float64).requires_grad_();
        var (otherMap, otherWeight) = (map.detach().clone().requires_grad_(), weight.detach().clone().requires_grad_());

        Assert.IsTrue(RecordedConvolution.Suits(map, weight));
        var actual = RecordedConvolution.Run(map, weight);
        var expected = functional.conv2d(otherMap.permute(0, 3, 1, 2), otherWeight, padding: [1, 1]).permute(0, 2, 3, 1);
        GoldenVectors.AssertClose(expected.detach(), actual.detach(), 1e-12, "results");

        var factors = rand_like(expected);
        (factors * actual).sum().backward();
        (factors * expected).sum().backward();
        GoldenVectors.AssertClose(otherMap.grad!, map.grad!, 1e-12, "gradient of the map");
        GoldenVectors.AssertClose(otherWeight.grad!, weight.grad!, 1e-12, "gradient of the weights");
    }

    [TestMethod]
    public void An_input_without_gradient_gets_none()
    {
        using var scope = NewDisposeScope();
        var map = rand(1, 4, 4, 16);
        var weight = rand(16, 16, 3, 3).requires_grad_();
        RecordedConvolution.Run(map, weight).sum().backward();
        Assert.IsNull(map.grad);
        Assert.IsNotNull(weight.grad);
    }

    [TestMethod]
    public void Thin_layers_and_unrecorded_ones_are_left_to_the_library()
    {
        using var scope = NewDisposeScope();
        var map = rand(1, 4, 4, 16);
        Assert.IsFalse(RecordedConvolution.Suits(map, rand(16, 1, 3, 3)));
        using var noGrad = no_grad();
        Assert.IsFalse(RecordedConvolution.Suits(map, rand(16, 16, 3, 3)));
    }
}
