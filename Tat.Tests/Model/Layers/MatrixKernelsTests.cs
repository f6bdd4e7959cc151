using CsCheck;
using Tat.Torch.Model.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed unsafe class MatrixKernelsTests
{
    [TestMethod]
    public void Products_are_those_of_LibTorch()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[1, 5], Gen.ULong).Sample((count, inputs, panels, seed) =>
        {
            using var scope = NewDisposeScope();
            var outputs = panels * MatrixKernels.Panel;
            var (pixels, matrix, target) = (Random(seed, count, inputs), Random(seed + 1, outputs, inputs), Guarded(count * outputs));
            MatrixKernels.Multiply(pixels.Numbers(), count, inputs, MatrixKernels.Pack(matrix).Numbers(), outputs, target.Numbers());
            AssertResult(pixels.matmul(matrix.t()), target);
        }, iter: 300);
    }

    [TestMethod]
    public void Products_of_channels_are_those_of_LibTorch()
    {
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 4], Gen.Int[0, 9], Gen.ULong).Sample((count, panels, more, seed) =>
        {
            using var scope = NewDisposeScope();
            var size = panels * MatrixKernels.Panel;
            var (both, target) = (Random(seed, count, (2 * size) + more), Guarded(size * size));
            var numbers = both.Numbers();
            MatrixKernels.MultiplyChannels(numbers, numbers + size, (2 * size) + more, count, size, target.Numbers());
            AssertResult(both.narrow(1, 0, size).t().matmul(both.narrow(1, size, size)), target);
        }, iter: 200);
    }

    [TestMethod]
    public void Norms_are_those_of_LibTorch_with_a_shift_and_without()
    {
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 12], Gen.Bool, Gen.ULong).Sample((count, eighths, shifted, seed) =>
        {
            using var scope = NewDisposeScope();
            var channels = 8 * eighths;
            var (pixels, scale, shift, target) = (Random(seed, count, channels) + 3, Random(seed + 1, channels), Random(seed + 2, channels), Guarded(count * channels));
            MatrixKernels.Normalize(pixels.Numbers(), count, channels, scale.Numbers(), shifted ? shift.Numbers() : null, target.Numbers());
            var variance = (pixels - pixels.mean([-1], keepdim: true)).square().mean([-1], keepdim: true);
            AssertResult(shifted ? functional.layer_norm(pixels, [channels], scale, shift, 1e-5) : pixels / (variance + 1e-5).sqrt() * scale, target);
        }, iter: 200);
    }

    [TestMethod]
    public void Squares_and_sums_are_added()
    {
        using var scope = NewDisposeScope();
        var (pixels, sums) = (Random(1, 7, 40), Random(2, 16));
        var expected = sums + pixels.narrow(1, 8, 16).square().sum([0]);
        MatrixKernels.AddSquares(pixels.Numbers() + 8, 40, 7, 16, sums.Numbers());
        GoldenVectors.AssertClose(expected, sums, 1e-5, "squares");
        var (a, b, target) = (Random(3, 48), Random(4, 48), Guarded(48));
        MatrixKernels.Add(a.Numbers(), b.Numbers(), target.Numbers(), 48);
        AssertResult(a + b, target);
    }

    [TestMethod]
    public void Depth_wise_filters_and_gates_are_those_of_LibTorch_in_any_rectangle()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 20], Gen.Int[1, 40], Gen.Bool, Gen.ULong).Sample((height, width, eighths, biased, seed) =>
        {
            using var scope = NewDisposeScope();
            using var constant = no_grad();
            var channels = 8 * eighths;
            var start = (int)(seed % (ulong)width);
            var count = 1 + (int)(seed / 64 % (ulong)(width - start));
            var (first, second) = (Bank(seed, height, width, channels, biased), Bank(seed + 7, height, width, channels, biased));
            var shape = new DepthWiseRows.Rectangle(height, width, start, count);
            var target = Guarded(height * count * channels);
            DepthWiseRows.Filter(first.Rows, shape, channels, target.Numbers(), (nint)count * channels);
            AssertResult(first.Filtered.narrow(1, start, count), target);
            DepthWiseRows.FilterAndGate(first.Rows, second.Rows, shape, channels, target.Numbers());
            AssertResult((functional.gelu(first.Filtered) * second.Filtered).narrow(1, start, count), target);
        }, iter: 200);
    }

    [TestMethod]
    public void The_GELU_is_the_exact_one_from_far_below_to_far_above_zero()
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();

        // A filter of one tap hands its values on; the other bank is one everywhere.
        var values = linspace(-12, 12, 8 * 4096).view(1, 4096, 8);
        var rows = cat([zeros_like(values), values, zeros_like(values)], 0);
        var (tap, nothing) = (zeros(1, 9, 8), zeros(1, 9, 8));
        tap.select(1, 4).fill_(1);
        var (one, target) = (ones(8), Guarded(4096 * 8));
        DepthWiseRows.FilterAndGate(
            new(rows.Numbers(), tap.Numbers(), null), new(rows.Numbers(), nothing.Numbers(), one.Numbers()), new(1, 4096, 0, 4096), 8, target.Numbers());
        var exact = values.to(ScalarType.Float64);
        exact = exact * 0.5 * (1 + (exact / Math.Sqrt(2)).erf());
        GoldenVectors.AssertClose(exact.flatten(), target.narrow(0, 0, 4096 * 8).to(ScalarType.Float64), 2e-6, "GELU");
    }

    private static (DepthWiseRows.Bank Rows, Tensor Filtered) Bank(ulong seed, int height, int width, int channels, bool biased)
    {
        var (map, kernels, bias) = (Random(seed, 1, height + 2, width, channels), Random(seed + 1, channels, 1, 3, 3), Random(seed + 2, channels));
        var taps = kernels.reshape(channels / 8, 8, 9).transpose(1, 2).contiguous();
        var filtered = functional.conv2d(map.permute(0, 3, 1, 2), kernels, biased ? bias : null, padding: [0, 1], groups: channels).permute(0, 2, 3, 1).squeeze(0);
        return (new(map.Numbers(), taps.Numbers(), biased ? bias.Numbers() : null), filtered);
    }

    /// <summary>Memory whose end tells whether it was written to.</summary>
    private static Tensor Guarded(int count) => full([count + 64], 77f);

    private static void AssertResult(Tensor expected, Tensor guarded)
    {
        var count = expected.numel();
        GoldenVectors.AssertClose(expected.flatten(), guarded.narrow(0, 0, count), 1e-4, "result");
        Assert.AreEqual(77f, guarded.narrow(0, count, 64).min().ToSingle());
        Assert.AreEqual(77f, guarded.narrow(0, count, 64).max().ToSingle());
    }

    private static Tensor Random(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, generator: generator);
    }
}
