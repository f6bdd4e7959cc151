using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>
/// The end of the network: features of encoder, decoder and refinement → 3×3 → GELU → 1×1 (<c>reduce_final</c>), then 3×3 to the image.
/// </summary>
internal static class OutputStage
{
    // The concatenated features are the largest map of the network; in strips they need not exist as a whole.
    private const int StripRows = 32;

    /// <summary>The correction that is added to the input image.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="maps">B×H×W×C each, together 5C.</param>
    /// <param name="reduce">The two convolutions.</param>
    /// <param name="output">The last convolution.</param>
    /// <returns>B×1×H×W.</returns>
    public static Tensor Apply(RunMode mode, Tensor[] maps, Weights[] reduce, Weights output)
    {
        var height = (int)maps[0].shape[1];
        if (!mode.InStrips)
        {
            return ApplyRows(mode, maps, reduce, output, 0, height);
        }

        using var reducing = mode.UsesSimd ? new RowConvolution(reduce[0]) : null;
        using var last = mode.UsesSimd ? new RowConvolution(output) : null;
        var correction = empty([1, 1, height, maps[0].shape[2]], maps[0].dtype, maps[0].device);
        ComputeThreads.Share((height + StripRows - 1) / StripRows, strip =>
        {
            var (start, count) = (strip * StripRows, Math.Min(StripRows, height - (strip * StripRows)));
            correction.narrow(2, start, count).copy_(ApplyRows(mode, maps, reduce, output, start, count, reducing, last));
        });
        return correction;
    }

    /// <summary>The same for one image, recorded for its gradients.</summary>
    /// <returns>H×W×1.</returns>
    public static RecordedMap Apply(Tape tape, RecordedMap[] maps, Weights[] reduce, Weights output)
    {
        var reduced = tape.Pointwise(reduce[1], tape.Convolve(reduce[0], gelu: true, needed: true, maps));
        return tape.Convolve(output, gelu: false, needed: true, reduced);
    }

    private static Tensor ApplyRows(
        RunMode mode, Tensor[] maps, Weights[] reduce, Weights output, int start, int count, RowConvolution? reducing = null,
        RowConvolution? last = null)
    {
        // The last convolution sees one row beyond, and the first one more; beyond the image both see zeros.
        var height = (int)maps[0].shape[1];
        var (first, end) = (Math.Max(0, start - 1), Math.Min(height, start + count + 1));
        var reduced = reducing?.Apply(maps, first, end - first) ?? Convolve(maps, reduce[0], first, end - first);
        reduced = Maps.Pointwise(Maps.Gelu(mode, reduced), reduce[1]);
        return (last?.Apply([reduced], start - first, count) ?? Convolve([reduced], output, start - first, count)).permute(0, 3, 1, 2);
    }

    /// <summary>Some rows of a 3×3 convolution of concatenated maps, with zeros around the maps.</summary>
    private static Tensor Convolve(Tensor[] maps, Weights weights, int start, int count)
    {
        var height = (int)maps[0].shape[1];
        var (first, last) = (Math.Max(0, start - 1), Math.Min(height, start + count + 1));
        var rows = maps.Select(map => map.narrow(1, first, last - first)).ToArray();
        var joined = rows.Length == 1 ? rows[0] : cat(rows, -1);
        var (above, below) = (first - (start - 1), start + count + 1 - last);
        if (above != below)
        {
            joined = functional.pad(joined, [0, 0, 0, 0, above, below]);
            above = 0;
        }

        return Maps.Convolve(joined, weights, above);
    }
}
