using CsCheck;
using Tat.Tests.Model;
using Tat.Torch.Simd;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Tests.Simd;

/// <summary>
/// The loops of recorded training in both widths beside LibTorch in double precision; memory after each result is guarded.
/// </summary>
[TestClass]
public sealed unsafe class GradientTests
{
    private const float Guard = 77;

    [TestMethod]
    public void Strided_products_are_those_of_LibTorch_for_any_number_of_eights() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 50], Gen.Int[2, 13], Gen.Bool, Gen.ULong).Sample((rows, depth, eighths, turned, seed) =>
        {
            using var scope = NewDisposeScope();
            var columns = 8 * eighths;
            var (a, b, target) = (turned ? Random(seed, depth, rows + 3) : Random(seed, rows, depth + 3),
                Random(seed + 1, depth, columns + 5), Guarded(rows * columns));
            var expected = (turned ? a.narrow(1, 0, rows).t() : a.narrow(1, 0, depth)).mm(b.narrow(1, 0, columns));
            float* left = Single(a), right = Single(b);
            nint row = turned ? 1 : depth + 3, step = turned ? rows + 3 : 1;
            InBothWidths(
                () => MatrixProducts.MultiplyStrided<Lanes8>(
                    left, row, step, rows, right, columns + 5, MatrixPanels.Width, depth, target.Pointer(), columns, columns),
                () => MatrixProducts.MultiplyStrided(
                    left, row, step, rows, right, columns + 5, MatrixPanels.Width, depth, target.Pointer(), columns, columns),
                (expected, target));
        }, iter: 300);

    [TestMethod]
    public void Products_of_two_parts_are_their_sum()
    {
        using var scope = NewDisposeScope();
        var (a, b, target) = (Random(1, 20, 64), Random(2, 32, 24), Guarded(20 * 24));
        float* left = Single(a), right = Single(b);
        InBothWidths(
            () =>
                MatrixProducts.MultiplyStrided<Lanes8>(left, 64, 1, 20, right, 24, MatrixPanels.Width, 16, target.Pointer(), 24, 24, 2, 40),
            () => MatrixProducts.MultiplyStrided(left, 64, 1, 20, right, 24, MatrixPanels.Width, 16, target.Pointer(), 24, 24, 2, 40),
            (a.narrow(1, 0, 16).mm(b.narrow(0, 0, 16)) + a.narrow(1, 40, 16).mm(b.narrow(0, 16, 16)), target));
    }

    [TestMethod]
    public void Gelu_and_its_slope_are_the_exact_ones_from_far_below_to_far_above_zero()
    {
        using var scope = NewDisposeScope();
        const int count = 16 << 10;
        var x = linspace(-30, 30, count, ScalarType.Float64).requires_grad_();
        var given = Random(3, count);
        var gelu = functional.gelu(x);
        (gelu * given).sum().backward();
        var (applied, slope) = (Guarded(count), Guarded(count));
        float* values = Single(x.detach()), gradient = Single(given);
        InBothWidths(
            () => Gelu.Apply<Lanes8>(values, applied.Pointer(), count),
            () => Gelu.Apply(values, applied.Pointer(), count),
            (gelu.detach(), applied));
        InBothWidths(
            () => Gelu.ApplyGradient<Lanes8>(values, gradient, slope.Pointer(), count),
            () => Gelu.ApplyGradient(values, gradient, slope.Pointer(), count),
            (x.grad!, slope));
    }

    [TestMethod]
    public void Gates_and_their_gradients_are_those_of_autograd() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 12], Gen.ULong).Sample((count, eighths, seed) =>
        {
            using var scope = NewDisposeScope();
            var channels = 8 * eighths;
            var (halves, given) = (Random(seed, count, 2 * channels).requires_grad_(), Random(seed + 1, count, channels));
            var gate = functional.gelu(halves.narrow(1, 0, channels)) * halves.narrow(1, channels, channels);
            (gate * given).sum().backward();
            var (target, ofHalves, gated) = (Guarded(count * channels), Guarded(2 * count * channels), Guarded(count * channels));
            float* from = Single(halves.detach()), gradient = Single(given);
            InBothWidths(() => Gelu.Gate<Lanes8>(from, count, channels, target.Pointer()),
                () => Gelu.Gate(from, count, channels, target.Pointer()), (gate.detach(), target));
            InBothWidths(
                () => Gelu.GateGradient<Lanes8>(from, Refilled(gated, gradient), count, channels, ofHalves.Pointer()),
                () => Gelu.GateGradient(from, Refilled(gated, gradient), count, channels, ofHalves.Pointer()),
                (halves.grad!, ofHalves),
                (gate.detach(), gated));

            float* Refilled(Tensor tensor, float* values)
            {
                new Span<float>(values, count * channels).CopyTo(new(tensor.Pointer(), count * channels));
                return tensor.Pointer();
            }
        }, iter: 100);

    [TestMethod]
    public void Gradients_of_depth_wise_kernels_are_added_as_autograd_has_them() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 9], Gen.Int[1, 9], Gen.ULong).Sample((height, width, eighths, seed) =>
        {
            using var scope = NewDisposeScope();
            var channels = 8 * eighths;
            var (rows, given) = (Random(seed, 1, height + 2, width, channels), Random(seed + 1, 1, height, width, channels));
            var kernels = Random(seed + 2, channels, 1, 3, 3).requires_grad_();
            (functional.conv2d(rows.permute(0, 3, 1, 2), kernels, padding: [0, 1], groups: channels).permute(0, 2, 3, 1) * given).sum()
                .backward();
            float* from = Single(rows), gradient = Single(given);
            var (eight, any) = (Guarded(9 * channels), Guarded(9 * channels));
            AssertAdded(eight, 8, () => DepthWiseGradients.Add<Lanes8>(from, gradient, height, width, channels, eight.Pointer()));
            AssertAdded(any, DepthWiseRows.LanesOf(channels),
                () => DepthWiseGradients.Add(from, gradient, height, width, channels, any.Pointer()));

            void AssertAdded(Tensor taps, int lanes, Action add)
            {
                taps.narrow(0, 0, 9 * channels).fill_(2);
                add();
                AssertResult(2 + kernels.grad!.reshape(-1, lanes, 9).transpose(1, 2).contiguous(), taps);
            }
        }, iter: 200);

    [TestMethod]
    public void Gradients_of_norms_are_added_as_autograd_has_them() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 12], Gen.ULong).Sample((count, eighths, seed) =>
        {
            using var scope = NewDisposeScope();
            var channels = 8 * eighths;
            var (pixels, given) = ((Random(seed, count, channels) + 3).requires_grad_(), Random(seed + 1, count, channels));
            var (scale, shift) = (Random(seed + 2, channels).requires_grad_(), Random(seed + 3, channels).requires_grad_());
            (functional.layer_norm(pixels, [channels], scale, shift, 1e-5) * given).sum().backward();
            float* from = Single(pixels.detach()), gradient = Single(given), scales = Single(scale.detach());
            foreach (var eight in new[] { true, false })
            {
                var (ofPixels, ofScale, ofShift) = (Guarded(count * channels), Guarded(channels), Guarded(channels));
                ofPixels.narrow(0, 0, count * channels).fill_(1);
                ofScale.narrow(0, 0, channels).fill_(2);
                ofShift.narrow(0, 0, channels).fill_(3);
                if (eight)
                {
                    NormGradients.Add<Lanes8>(
                        from, gradient, count, channels, scales, ofPixels.Pointer(), ofScale.Pointer(), ofShift.Pointer());
                }
                else
                {
                    NormGradients.Add(from, gradient, count, channels, scales, ofPixels.Pointer(), ofScale.Pointer(), ofShift.Pointer());
                }

                AssertResult(1 + pixels.grad!, ofPixels);
                AssertResult(2 + scale.grad!, ofScale);
                AssertResult(3 + shift.grad!, ofShift);
            }
        }, iter: 100);

    [TestMethod]
    public void Products_with_a_vector_and_their_gradients_are_those_of_autograd() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 9], Gen.ULong).Sample((rows, eighths, seed) =>
        {
            using var scope = NewDisposeScope();
            var columns = 8 * eighths;
            var (matrix, vector, given) = (Random(seed, rows, columns), Random(seed + 1, columns), Random(seed + 2, rows));
            float* m = Single(matrix), v = Single(vector), gradient = Single(given);
            var product = Guarded(rows);
            InBothWidths(() => VectorProducts.Multiply<Lanes8>(m, rows, columns, v, product.Pointer()),
                () => VectorProducts.Multiply(m, rows, columns, v, product.Pointer()), (matrix.mv(vector), product));
            foreach (var eight in new[] { true, false })
            {
                var (ofMatrix, ofVector) = (Guarded(rows * columns), Guarded(columns));
                ofMatrix.narrow(0, 0, rows * columns).fill_(1);
                ofVector.narrow(0, 0, columns).fill_(2);
                if (eight)
                {
                    VectorProducts.AddGradients<Lanes8>(m, rows, columns, v, gradient, ofMatrix.Pointer(), ofVector.Pointer());
                }
                else
                {
                    VectorProducts.AddGradients(m, rows, columns, v, gradient, ofMatrix.Pointer(), ofVector.Pointer());
                }

                AssertResult(1 + given.outer(vector), ofMatrix);
                AssertResult(2 + matrix.t().mv(given), ofVector);
            }
        }, iter: 100);

    /// <summary>Runs a loop with 8 lanes and with as many as the processor has, and looks at what it wrote.</summary>
    private static void InBothWidths(Action eight, Action any, params (Tensor Expected, Tensor Target)[] results)
    {
        foreach (var run in new[] { eight, any })
        {
            foreach (var (_, target) in results)
            {
                target.fill_(Guard);
            }

            run();
            foreach (var (expected, target) in results)
            {
                AssertResult(expected, target);
            }
        }
    }

    private static Tensor Guarded(int count) => full([count + 64], Guard);

    private static void AssertResult(Tensor expected, Tensor guarded)
    {
        var count = expected.numel();
        var scale = Math.Max(1, expected.abs().max().ToDouble());
        GoldenVectors.AssertClose(expected.flatten(), guarded.narrow(0, 0, count), 3e-6 * scale, "result");
        Assert.AreEqual(Guard, guarded.narrow(0, count, 64).min().ToSingle());
        Assert.AreEqual(Guard, guarded.narrow(0, count, 64).max().ToSingle());
    }

    /// <summary>The same numbers in single precision; they live as long as the dispose scope.</summary>
    private static float* Single(Tensor exact) => exact.to(ScalarType.Float32).contiguous().Pointer();

    /// <summary>Numbers of single precision in double precision.</summary>
    private static Tensor Random(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, generator: generator).to(ScalarType.Float64);
    }
}
