using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Simd;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Gated feed-forward: 1×1 to two halves, 3×3 depth-wise, gelu(first) · second, 1×1 back (Restormer, arXiv 2111.09881).</summary>
internal sealed class GatedFeedForward : DepthWiseLayer
{
    // Vector loops want a multiple of this many channels; odd widths such as 127 run several times slower.
    private const long Multiple = 16;

    [ComponentName(Name = "project_in")]
    private readonly Weights _projectIn;

    [ComponentName(Name = "dwconv")]
    private readonly Weights? _plain;

    [ComponentName(Name = "project_out")]
    private readonly Weights _projectOut;
    private readonly long _padding;

    public GatedFeedForward(ParameterSource source, BlockPlan plan)
        : base(source, plan.HiddenFilter, plan.IsAdaptive, Math.Sqrt(2.0 / 9))
    {
        _padding = (Multiple - (plan.Hidden % Multiple)) % Multiple;
        _projectIn = Weights.Of(source, plan.FeedForwardIn);
        _plain = plan.IsAdaptive ? null : Weights.Of(source, plan.HiddenFilter);
        _projectOut = Weights.Of(source, plan.FeedForwardOut);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Weights? Plain => _plain;

    /// <summary>Adds the layer's output to its input, which may be overwritten; the result is a tensor of its own.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">B×H×W×C.</param>
    /// <param name="norm">Comes before the layer.</param>
    /// <param name="generated">B×2h×1×3×3, or <see langword="null"/> for a plain layer.</param>
    public Tensor AddTo(RunMode mode, Tensor map, ChannelNorm norm, Tensor? generated)
    {
        var halves = Halves(mode, Kernels(generated));
        if (_projectOut.Bias is null && CoreStrips.Fit(mode, map, halves))
        {
            return AddInCores(map, norm, halves);
        }

        var projection = Maps.InputsFirst(mode, functional.pad(_projectOut.Matrix, [0, _padding]));
        var residual = new Residual(mode, map);
        var columns = new WindowAxis.Cell(0, (int)map.shape[2]);
        new RowStrips(mode, map, norm.Apply,
            halves).ForEach(strip => residual.AddProduct(strip.Start, columns, strip.Gate(), projection, _projectOut.Bias));
        return residual.Result();
    }

    /// <summary>The same for one image, recorded for its gradients.</summary>
    public unsafe RecordedMap AddTo(Tape tape, RecordedMap map, ChannelNorm norm, RecordedMap? generated)
    {
        var kernels = RecordKernels(tape, generated);
        var projection = tape[_projectOut.Weight];
        var groups = (2, projection.Inputs, projection.Inputs + (int)_padding);
        var gate = new RecordedGate(
            tape, map, new(tape, map, tape[norm.Scale], tape[norm.Shift!], tape[_projectIn.Weight], groups, kernels.Values), projection);
        var result = gate.Run();
        tape.Record(() =>
        {
            kernels.GoBack(gate.GoBack(result.Gradient));
            map.Give(result.Gradient);
        });
        return result;
    }

    /// <summary>The same for one image, strip by strip in the caches of cores.</summary>
    private unsafe Tensor AddInCores(Tensor map, ChannelNorm norm, FilterBank[] halves)
    {
        var (width, channels, hidden) = ((int)map.shape[2], (int)map.shape[3], (int)halves[0].Channels);
        var result = empty_like(map);
        float* before = map.Pointer(), after = result.Pointer(),
            matrix = MatrixPanels.Pack(_projectOut.Matrix, channels, hidden).Pointer();
        CoreStrips.ForEach(map, norm.Scale, norm.Shift, CoreStrips.GridOf(map, halves), hidden + channels, 0, strip =>
        {
            float* gated = strip.Scratch, sums = gated + (strip.Pixels * hidden);
            strip.Gate(gated);
            MatrixProducts.Multiply(gated, strip.Pixels, hidden, matrix, channels, sums);
            var row = strip.Columns.Length * channels;
            for (var y = 0; y < strip.Rows.Length; y++, sums += row)
            {
                var at = ((((nint)strip.Rows.Start + y) * width) + strip.Columns.Start) * channels;
                PixelRows.Add(before + at, sums, after + at, row);
            }
        }, halves);
        return result;
    }

    /// <summary>The halves of the hidden features, with zeros appended, which the following layers carry through as zeros.</summary>
    private FilterBank[] Halves(RunMode mode, Tensor kernels)
    {
        var (matrices, filters, bias, kernelBias) = (_projectIn.Matrix.chunk(2, 0), kernels.chunk(2, 1), _projectIn.Bias?.chunk(2, 0),
            KernelBias?.chunk(2, 0));
        return [.. Enumerable.Range(0, 2).Select(i => new FilterBank(
            mode, matrices[i], Pad(bias?[i]), functional.pad(filters[i], [0, 0, 0, 0, 0, 0, 0, _padding]), Pad(kernelBias?[i])))];
    }

    private Tensor? Pad(Tensor? bias) => bias is null ? null : functional.pad(bias, [0, _padding]);
}
