using Tat.Torch.Runtime;
using Tat.Torch.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using AdamW = Tat.Torch.Training.Optimization.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace Tat.Tests.Training;

[TestClass]
public sealed class MuonTests
{
    private const double Rate = 0.1;
    private static readonly (string Name, long[] Shape)[] _shapes =
    [
        ("wide", [6, 5, 3, 3]), ("first", [8, 1, 3, 3]), ("tall", [24, 8, 1, 1]), ("gain", [7]), ("last", [1, 8, 3, 3]),
    ];

    [TestMethod]
    [DataRow("wide", 6, 45)]
    [DataRow("tall", 24, 8)]
    public void A_step_goes_down_the_gradient_in_all_its_directions_alike_and_is_as_large_as_one_of_AdamW(
        string name, int rows, int columns)
    {
        using var scope = NewDisposeScope();
        using var parameters = Create(seed: 3);
        var before = parameters.Values.clone();
        var momentum = zeros_like(parameters.Values);
        new Muon(parameters, momentum, weightDecay: 0).Step(Rate, parameters.Values.clone(), 0.5);

        var slot = parameters.Layout.Single(item => item.Name == name);
        var step = (parameters.Values - before).narrow(0, slot.Offset, slot.Length).view(rows, columns).DividedBy(-Rate);
        var (u, s, v) = linalg.svd(parameters.Gradients!.narrow(0, slot.Offset, slot.Length).view(rows, columns), fullMatrices: false);
        var inside = u.t().mm(step).mm(v.t()).DividedBy(0.2 * Math.Sqrt(Math.Max(rows, columns)));
        var onDiagonal = inside.diagonal();
        Assert.IsTrue(onDiagonal.min().ToDouble() > 0.6 && onDiagonal.max().ToDouble() < 1.3, onDiagonal.ToString(true));
        Assert.AreEqual(0, (inside - diag(onDiagonal)).abs().max().ToDouble(), 1e-4);
        Assert.AreEqual(0.2, Math.Sqrt(step.pow(2).mean().ToDouble()), 0.06);
    }

    [TestMethod]
    public void Each_weight_has_one_optimiser_and_the_average_follows_both()
    {
        using var scope = NewDisposeScope();
        using FlatParameters both = Create(seed: 4), alone = Create(seed: 4);
        using AdamW beside = new(both, 0.9, 0.99, 1e-8, 0.01, Muon.Takes), all = new(alone, 0.9, 0.99, 1e-8, 0.01);
        var (before, average) = (both.Values.clone(), both.Values.clone());
        beside.Step(1, Rate, average, 0.75);
        foreach (var slot in both.Layout)
        {
            Assert.AreEqual(Muon.Takes(slot), slot.Name is "wide" or "tall");
            Assert.AreEqual(Muon.Takes(slot), Same(both.Values, before, slot), slot.Name);
        }

        new Muon(both, beside.Moment1, 0.01).Step(Rate, average, 0.75);
        all.Step(1, Rate, alone.Values.clone(), 0.75);
        foreach (var slot in both.Layout)
        {
            Assert.AreEqual(!Muon.Takes(slot), Same(both.Values, alone.Values, slot), slot.Name);
        }

        Assert.AreEqual(0, (average - ((before * 0.75) + (both.Values * 0.25))).abs().max().ToDouble(), 1e-6);
    }

    private static bool Same(Tensor first, Tensor second, ParameterSlot slot) =>
        first.narrow(0, slot.Offset, slot.Length).data<float>().SequenceEqual(second.narrow(0, slot.Offset, slot.Length).data<float>());

    private static FlatParameters Create(int seed)
    {
        using var random = new Generator((ulong)seed);
        var parameters = new FlatParameters(
            [.. _shapes.Select(item => (item.Name, new Parameter(randn(item.Shape, generator: random))))], withGradients: true);
        foreach (var slot in parameters.Layout)
        {
            FlatParameters.ViewOf(parameters.Gradients!, slot).copy_(randn(slot.Shape, generator: random));
        }

        return parameters;
    }
}
