using CsCheck;
using Tat.Tests.Model;
using Tat.Torch.Simd;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Tests.Simd;

[TestClass]
public sealed unsafe class MatrixProductsTests
{
    private const float Guard = 77;

    [TestMethod]
    public void Products_are_those_of_LibTorch()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[1, 5], Gen.ULong).Sample((count, inputs, panels, seed) =>
        {
            using var scope = NewDisposeScope();
            var outputs = panels * MatrixPanels.Width;
            var (pixels, matrix, target) = (Random(seed, count, inputs), Random(seed + 1, outputs, inputs), Guarded(count * outputs));
            var packed = MatrixPanels.Pack(matrix, outputs, inputs);
            MatrixProducts.Multiply<Lanes8>(pixels.Pointer(), count, inputs, packed.Pointer(), outputs, target.Pointer());
            AssertResult(pixels.matmul(matrix.t()), target);
            target.fill_(Guard);
            MatrixProducts.Multiply(pixels.Pointer(), count, inputs, packed.Pointer(), outputs, target.Pointer());
            AssertResult(pixels.matmul(matrix.t()), target);
        }, iter: 300);
    }

    [TestMethod]
    public void Products_of_channels_are_those_of_LibTorch()
    {
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 4], Gen.Int[0, 9], Gen.ULong).Sample((count, panels, more, seed) =>
        {
            using var scope = NewDisposeScope();
            var size = panels * MatrixPanels.Width;
            var (both, target) = (Random(seed, count, (2 * size) + more), Guarded(size * size));
            var numbers = both.Pointer();
            MatrixProducts.MultiplyStrided<Lanes8>(
                numbers, 1, (2 * size) + more, size, numbers + size, (2 * size) + more, MatrixPanels.Width, count, target.Pointer(), size,
                size);
            AssertResult(both.narrow(1, 0, size).t().matmul(both.narrow(1, size, size)), target);
            target.fill_(Guard);
            MatrixProducts.MultiplyChannels(numbers, numbers + size, (2 * size) + more, count, size, target.Pointer());
            AssertResult(both.narrow(1, 0, size).t().matmul(both.narrow(1, size, size)), target);
        }, iter: 200);
    }

    [TestMethod]
    public void Long_sums_lose_fewer_digits_than_one_number_after_the_other()
    {
        // As many rows and columns as each of the inner loops takes.
        (int Rows, int Columns)[] sides = [(3, 16), (6, 16), (6, 24), (8, 32), (12, 16)];
        Gen.Select(Gen.Int[0, sides.Length - 1], Gen.Int[512, 4096], Gen.ULong)
            .Sample((side, depth, seed) =>
            {
                using var scope = NewDisposeScope();
                var (rows, columns) = sides[side];
                var (a, b, target) = (Random(seed, rows, depth), Random(seed + 1, depth, columns), Guarded(rows * columns));
                var exact = a.to(ScalarType.Float64).matmul(b.to(ScalarType.Float64));
                var panels = functional.pad(b, [0, (32 - columns) % 16]).view(depth, -1, 16).transpose(0, 1).contiguous();
                var single = zeros(rows, columns);
                foreach (var (left, right) in a.unbind(1).Zip(b.unbind(0)))
                {
                    single.addcmul_(left.view(-1, 1), right.view(1, -1), 1);
                }

                var allowed = 0.5 * (exact - single).norm().ToDouble();
                MatrixProducts.MultiplyStrided<Lanes8>(
                    a.Pointer(), depth, 1, rows, panels.Pointer(), 16, 16 * depth, depth, target.Pointer(), columns, columns);
                AssertNear();
                target.fill_(Guard);
                MatrixProducts.MultiplyStrided(
                    a.Pointer(), depth, 1, rows, panels.Pointer(), 16, 16 * depth, depth, target.Pointer(), columns, columns);
                AssertNear();

                void AssertNear()
                {
                    var result = target.narrow(0, 0, rows * columns).view(rows, columns);
                    Assert.IsLessThan(allowed, (exact - result).norm().ToDouble(), $"{rows} × {depth} × {columns}");
                }
            }, iter: 40);
    }

    [TestMethod]
    public void Norms_are_those_of_LibTorch_with_a_shift_and_without()
    {
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 12], Gen.Bool, Gen.ULong).Sample((count, panels, shifted, seed) =>
        {
            using var scope = NewDisposeScope();
            var channels = panels * MatrixPanels.Width;
            var (pixels, scale, shift, target) = (Random(seed, count, channels) + 3, Random(seed + 1, channels), Random(seed + 2, channels),
                Guarded(count * channels));
            var variance = (pixels - pixels.mean([-1], keepdim: true)).square().mean([-1], keepdim: true);
            var expected = shifted
                ? functional.layer_norm(pixels, [channels], scale, shift, 1e-5)
                : pixels / (variance + 1e-5).sqrt() * scale;
            PixelRows.Normalize<Lanes8>(
                pixels.Pointer(), count, channels, scale.Pointer(), shifted ? shift.Pointer() : null, target.Pointer());
            AssertResult(expected, target);
            target.fill_(Guard);
            PixelRows.Normalize(pixels.Pointer(), count, channels, scale.Pointer(), shifted ? shift.Pointer() : null, target.Pointer());
            AssertResult(expected, target);
        }, iter: 200);
    }

    [TestMethod]
    public void Squares_and_sums_are_added()
    {
        using var scope = NewDisposeScope();
        var (pixels, sums) = (Random(1, 7, 40), zeros(16));
        var squares = pixels.narrow(1, 8, 16).square().sum([0]);
        PixelRows.AddSquares<Lanes8>(pixels.Pointer() + 8, 40, 7, 16, sums.Pointer());
        GoldenVectors.AssertClose(squares, sums, 1e-5, "squares");
        PixelRows.AddSquares(pixels.Pointer() + 8, 40, 7, 16, sums.Pointer());
        GoldenVectors.AssertClose(2 * squares, sums, 1e-5, "squares");
        var (a, b, target) = (Random(3, 48), Random(4, 48), Guarded(48));
        PixelRows.Add<Lanes8>(a.Pointer(), b.Pointer(), target.Pointer(), 48);
        AssertResult(a + b, target);
        target.fill_(Guard);
        PixelRows.Add(a.Pointer(), b.Pointer(), target.Pointer(), 48);
        AssertResult(a + b, target);
    }

    [TestMethod]
    public void Matrices_are_arranged_with_zeros_appended()
    {
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Int[0, 20], Gen.Int[0, 20], Gen.ULong)
            .Sample((rows, columns, moreRows, moreColumns, seed) =>
            {
                using var scope = NewDisposeScope();
                using var constant = no_grad();
                var (outputs, inputs) = ((rows + moreRows + 15) / 16 * 16, columns + moreColumns);
                var matrix = Random(seed, rows, columns);
                var padded = functional.pad(matrix, [0, inputs - columns, 0, outputs - rows]);
                var expected = padded.view(outputs / 16, 16, inputs).transpose(1, 2);
                Assert.AreEqual(0, (MatrixPanels.Pack(matrix, outputs, inputs) - expected).abs().max().ToSingle());
            }, iter: 100);
    }

    [TestMethod]
    public void Arranged_matrices_are_multiplied_by_blocks_on_a_diagonal()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 4], Gen.Int[1, 50], Gen.ULong).Sample((panels, count, size, seed) =>
        {
            using var scope = NewDisposeScope();
            var (outputs, inputs) = (panels * MatrixPanels.Width, count * size);
            var (matrix, blocks, target) = (Random(seed, outputs, inputs), Random(seed + 1, count, size, size), Guarded(outputs * inputs));
            MatrixProducts.MultiplyPacked(
                MatrixPanels.Pack(matrix, outputs, inputs).Pointer(), outputs, blocks.Pointer(), count, size, target.Pointer());
            AssertResult(MatrixPanels.Pack(matrix.matmul(block_diag([.. blocks.unbind(0)])), outputs, inputs), target);
        }, iter: 100);
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
            DepthWiseRows.Filter(first.Rows(DepthWiseRows.LanesOf(channels)), shape, channels, target.Pointer(), (nint)count * channels);
            AssertResult(first.Filtered.narrow(1, start, count), target);
            var gated = (functional.gelu(first.Filtered) * second.Filtered).narrow(1, start, count);
            target.fill_(Guard);
            DepthWiseRows.FilterAndGate(first.Rows(DepthWiseRows.LanesOf(channels)), second.Rows(DepthWiseRows.LanesOf(channels)), shape,
                channels, target.Pointer());
            AssertResult(gated, target);
            target.fill_(Guard);
            DepthWiseRows.Run<Lanes8>(first.Rows(8), second.Rows(8), shape, channels, target.Pointer(), (nint)count * channels);
            AssertResult(gated, target);
        }, iter: 200);
    }

    [TestMethod]
    public void The_GELU_is_the_exact_one_from_far_below_to_far_above_zero()
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();

        // A filter of one tap hands its values on; the other bank is one everywhere.
        foreach (var channels in new[] { 8, 16 })
        {
            var values = linspace(-12, 12, channels * 4096L).view(1, 4096, channels);
            var rows = cat([zeros_like(values), values, zeros_like(values)], 0);
            var (tap, nothing) = (zeros(1, 9, channels), zeros(1, 9, channels));
            tap.narrow(1, 4, 1).fill_(1);
            if (DepthWiseRows.LanesOf(channels) < channels)
            {
                tap = tap.view(9, 2, 8).transpose(0, 1).contiguous();
            }

            var (one, target) = (ones(channels), Guarded(4096 * channels));
            DepthWiseRows.FilterAndGate(
                new(rows.Pointer(), tap.Pointer(), null), new(rows.Pointer(), nothing.Pointer(), one.Pointer()), new(1, 4096, 0, 4096),
                channels, target.Pointer());
            var exact = values.to(ScalarType.Float64);
            exact = exact * 0.5 * (1 + (exact / Math.Sqrt(2)).erf());
            GoldenVectors.AssertClose(exact.flatten(), target.narrow(0, 0, 4096 * channels).to(ScalarType.Float64), 2e-6, "GELU");
        }
    }

    /// <summary>A bank, for taps together for so many channels, and what it makes of its map.</summary>
    private static (Func<int, DepthWiseRows.Bank> Rows, Tensor Filtered) Bank(ulong seed, int height, int width, int channels, bool biased)
    {
        var (map, kernels, bias) = (Random(seed, 1, height + 2, width, channels), Random(seed + 1, channels, 1, 3, 3),
            Random(seed + 2, channels));
        var filtered = functional.conv2d(map.permute(0, 3, 1, 2), kernels, biased ? bias : null, padding: [0, 1], groups: channels)
            .permute(0, 2, 3, 1).squeeze(0);
        return (lanes => new(map.Pointer(), kernels.reshape(-1, lanes, 9).transpose(1, 2).contiguous().Pointer(),
            biased ? bias.Pointer() : null), filtered);
    }

    /// <summary>Memory whose end tells whether it was written to.</summary>
    private static Tensor Guarded(int count) => full([count + 64], Guard);

    private static void AssertResult(Tensor expected, Tensor guarded)
    {
        var count = expected.numel();
        GoldenVectors.AssertClose(expected.flatten(), guarded.narrow(0, 0, count), 1e-4, "result");
        Assert.AreEqual(Guard, guarded.narrow(0, count, 64).min().ToSingle());
        Assert.AreEqual(Guard, guarded.narrow(0, count, 64).max().ToSingle());
    }

    private static Tensor Random(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, generator: generator);
    }
}
