using Tat.Torch.Model.Parameters;
using Tat.Torch.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>
/// Operations on feature maps, which are batch × height × width × channels (B×H×W×C), contiguous, all through the network.
/// </summary>
/// <remarks>
/// With channels last a 1×1 convolution is one matrix product, a norm over channels reads consecutive memory, and the depth-wise
/// convolution is vectorised over channels. Convolutions get a permuted view, which LibTorch recognises as its channels-last format.
/// </remarks>
internal static class Maps
{
    /// <summary>B×C×H×W, of any layout, as a map.</summary>
    public static Tensor FromImage(Tensor image) => image.permute(0, 2, 3, 1).contiguous();

    /// <summary>A map as B×C×H×W without copying.</summary>
    public static Tensor ToImage(Tensor map) => map.permute(0, 3, 1, 2);

    /// <summary>Some rows of some columns; the map itself where that is all of it, because the gradient of a part is a copy.</summary>
    public static Tensor Part(Tensor map, LocalWindows.Part part) => Part(map, part.Row, part.Rows, part.Column);

    /// <summary>Some rows of some columns; the map itself where that is all of it, because the gradient of a part is a copy.</summary>
    public static Tensor Part(Tensor map, int row, int rows, WindowAxis.Cell column) =>
        rows == map.shape[1] && column.Length == map.shape[2]
            ? map
            : map.narrow(1, row, rows).narrow(2, column.Start, column.Length);

    /// <summary>A 1×1 convolution.</summary>
    public static Tensor Pointwise(Tensor map, Weights weights) => functional.linear(map, weights.Matrix, weights.Bias);

    /// <summary>The channels of two maps, and a 1×1 convolution of them.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="first">B×H×W×C.</param>
    /// <param name="second">B×H×W×D.</param>
    /// <param name="reduce">The convolution, or none.</param>
    public static Tensor Join(RunMode mode, Tensor first, Tensor second, Weights? reduce = null)
    {
        if (!mode.InStrips)
        {
            return Rows(first, second);
        }

        var shape = first.shape;
        var result = empty([.. shape[..^1], reduce?.Matrix.shape[0] ?? (shape[^1] + second.shape[^1])], first.dtype, first.device);
        Bands.ForEach(result, (start, count) =>
        {
            var target = result.narrow(1, start, count);
            target.copy_(Rows(first.narrow(1, start, count), second.narrow(1, start, count)));
        });
        return result;

        Tensor Rows(Tensor a, Tensor b) => reduce is null ? cat([a, b], -1) : Pointwise(cat([a, b], -1), reduce);
    }

    /// <summary>A 3×3 convolution with zero padding, and what follows it.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="weights">The kernels.</param>
    /// <param name="then">Applied to the result, or to rows of it; none for the convolution alone.</param>
    /// <param name="scale">How many times as high and wide it makes the result, by moving pixels to channels or back.</param>
    public static Tensor Convolve(RunMode mode, Tensor map, Weights weights, Func<Tensor, Tensor>? then = null, double scale = 1)
    {
        if (mode is { Records: true, OnCpu: true })
        {
            var convolved = TrainedConvolution.Run(map, weights.Weight);
            return Finish(weights.Bias is null ? convolved : convolved.Plus(weights.Bias));
        }

        using var convolution = mode.UsesSimd ? new RowConvolution(weights) : null;
        return Bands.Join(mode, map, (long)(weights.Weight.shape[0] / (scale * scale)), scale, (start, count) =>
            convolution is null ? ConvolveRows(start, count) : Finish(convolution.Apply([map], start, count)));

        Tensor ConvolveRows(int start, int count)
        {
            // With two more rows on each side: one that the convolution sees, and another for rows that go into one of the result by twos.
            var first = Math.Max(0, start - 2);
            var rows = Finish(Convolve(map.narrow(1, first, Math.Min(map.shape[1], start + count + 2) - first), weights, paddedRows: 1));
            return rows.narrow(1, (long)((start - first) * scale), (long)(count * scale));
        }

        Tensor Finish(Tensor result) => then is null ? result : then(result);
    }

    /// <summary>A 3×3 convolution with zero padding left and right, and, where so many rows are to be padded, above and below.</summary>
    public static Tensor Convolve(Tensor map, Weights weights, long paddedRows) =>
        FromImage(functional.conv2d(ToImage(map), weights.Weight, weights.Bias, padding: [paddedRows, 1]));

    /// <summary>The exact (erf) GELU, in place where autograd does not record.</summary>
    public static Tensor Gelu(RunMode mode, Tensor map) => mode.Records ? functional.gelu(map) : map.gelu_();

    /// <summary>
    /// The same matrix, outputs × inputs, with the inputs in consecutive rows of memory: what matrix products read fastest.
    /// </summary>
    public static Tensor InputsFirst(RunMode mode, Tensor matrix) => mode.Records ? matrix : matrix.t().contiguous().t();
}
