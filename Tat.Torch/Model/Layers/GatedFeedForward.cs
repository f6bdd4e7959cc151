using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>Gated feed-forward: 1×1 to two halves, 3×3 depth-wise, gelu(first) · second, 1×1 back (Restormer, arXiv 2111.09881).</summary>
internal sealed class GatedFeedForward : DepthWiseLayer
{
    // Vector kernels want a multiple of this many channels; odd widths such as 127 run several times slower.
    private const long Multiple = 16;

    [ComponentName(Name = "project_in")]
    private readonly Weights _projectIn;

    [ComponentName(Name = "dwconv")]
    private readonly Weights? _plain;

    [ComponentName(Name = "project_out")]
    private readonly Weights _projectOut;
    private readonly long _hidden;
    private readonly long _padding;

    public GatedFeedForward(ParameterSource source, TatNetworkOptions options, int channels, bool adaptive)
        : base(source, 2 * options.Hidden(channels), adaptive, Math.Sqrt(2.0 / 9))
    {
        _hidden = options.Hidden(channels);
        _padding = (Multiple - (_hidden % Multiple)) % Multiple;
        _projectIn = Weights.Convolution(source, channels, 2 * _hidden, 1, options.Bias);
        _plain = adaptive ? null : Weights.DepthWise(source, 2 * _hidden, options.Bias);
        _projectOut = Weights.Convolution(source, _hidden, channels, 1, options.Bias);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Weights? Plain => _plain;

    /// <summary>What the block adds to its input.</summary>
    /// <param name="map">B×H×W×C, normalised.</param>
    /// <param name="generated">B×2h×1×3×3, or <see langword="null"/> for a plain layer.</param>
    public Tensor Apply(Tensor map, Tensor? generated)
    {
        var hidden = functional.linear(map, PadHalves(_projectIn.Matrix, 0), PadHalves(_projectIn.Bias, 0));
        var filtered = Maps.DepthWise(hidden, PadHalves(Kernels(generated), 1), PadHalves(KernelBias, 0));
        var halves = filtered.chunk(2, -1);
        var gated = functional.gelu(halves[0]) * halves[1];
        return functional.linear(gated, functional.pad(_projectOut.Matrix, [0, _padding]), _projectOut.Bias);
    }

    /// <summary>Appends zeros to each half of the hidden features, which the following layers carry through as zeros.</summary>
    private Tensor PadHalves(Tensor? weights, int axis)
    {
        if (weights is null || _padding == 0)
        {
            return weights!;
        }

        // … 2h … → … 2 × h … → … 2 × (h + padding) … → … 2(h + padding) …
        var split = weights.unflatten(axis, 2, _hidden);
        var after = new long[2 * (split.dim() - axis - 1)];
        after[^1] = _padding;
        return functional.pad(split, after).flatten(axis, axis + 1);
    }
}
