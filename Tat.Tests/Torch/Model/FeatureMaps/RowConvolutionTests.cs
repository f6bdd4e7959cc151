using CsCheck;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed class RowConvolutionTests
{
    [TestMethod]
    public void Any_rows_of_joined_maps_are_convolved_as_by_LibTorch()
    {
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 20], Gen.Int[1, 40].Array[1, 3], Gen.Int[1, 50], Gen.Bool, Gen.ULong)
            .Sample((height, width, channels, outputs, biased, seed) =>
            {
                using var scope = NewDisposeScope();
                using var constant = no_grad();
                using var weights = NewWeights(seed, channels.Sum(), outputs, biased);
                using var generator = new Generator(seed);
                var maps = channels.Select(count => randn([1, height, width, count], generator: generator)).ToArray();
                var start = (int)(seed % (ulong)height);
                var count = 1 + (int)(seed / 64 % (ulong)(height - start));
                using var convolution = new RowConvolution(weights);
                AssertConvolved(maps, weights, start, count, convolution.Apply(maps, start, count));
            }, iter: 200);
    }

    [TestMethod]
    public void Rows_that_do_not_fit_the_cache_together_are_convolved_in_parts()
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        using var weights = NewWeights(5, 384, 40, biased: false);
        var map = randn(1, 23, 64, 384);
        using var convolution = new RowConvolution(weights);
        AssertConvolved([map], weights, 1, 21, convolution.Apply([map], 1, 21));
    }

    private static void AssertConvolved(Tensor[] maps, Weights weights, int start, int count, Tensor result)
    {
        var expected = functional.conv2d(cat(maps, -1).permute(0, 3, 1, 2), weights.Weight, weights.Bias, padding: [1, 1])
            .permute(0, 2, 3, 1);
        GoldenVectors.AssertClose(expected.narrow(1, start, count), result, 1e-5 * Math.Sqrt(9 * maps.Sum(map => map.shape[3])), "rows");
    }

    private static Weights NewWeights(ulong seed, int inputs, int outputs, bool biased)
    {
        var weights = Weights.Of(new ParameterSource(seed), new("filter", 0, inputs, outputs, 3, biased));
        weights.Weight.mul_(Math.Sqrt(9.0 * inputs));
        return weights;
    }
}
