using Tat.Torch.Losses;
using static TorchSharp.torch;

namespace Tat.Tests.Losses;

[TestClass]
public sealed class SampleErrorsTests
{
    /// <summary>Three of ten pixels are 1: their mean is 0.3, their median 0.</summary>
    private static readonly double[] _label = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0];

    [TestMethod]
    [DataRow(RestorationLoss.MeanAbsolute, 0.4)]
    [DataRow(RestorationLoss.RootMeanSquare, 0.0)]
    public void The_mean_of_what_may_be_true_is_at_rest_for_square_errors_only(RestorationLoss loss, double expected)
    {
        using var scope = NewDisposeScope();
        var restored = full([1, 1, 2, 5], 0.3, ScalarType.Float64).requires_grad_();
        var errors = SampleErrors.Of(zeros_like(restored), restored, tensor(_label).reshape(1, 1, 2, 5), loss);
        errors.Minimised.sum().backward();
        Assert.AreEqual(expected, restored.grad!.sum().item<double>(), 1e-9, "The gradient of a value that all pixels share.");
        Assert.AreEqual(loss == RestorationLoss.MeanAbsolute ? 0.42 : Math.Sqrt(0.21), errors.Minimised.item<double>(), 1e-9);
        Assert.AreEqual((0.3, 0.3, 0.42),
            (Math.Round(errors.Input.item<double>(), 9), Math.Round(errors.Change.item<double>(), 9),
                Math.Round(errors.Restored.item<double>(), 9)),
            "What is reported, and what losses are balanced by, are mean absolute errors.");
    }

    [TestMethod]
    public void A_perfect_sample_has_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        var restored = tensor(_label).reshape(1, 1, 2, 5).requires_grad_();
        SampleErrors.Of(zeros_like(restored), restored, restored.detach(), RestorationLoss.RootMeanSquare).Minimised.sum().backward();
        Assert.AreEqual(0, restored.grad!.abs().max().item<double>());
    }
}
