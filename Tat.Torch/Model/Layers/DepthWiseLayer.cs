using Tat.Torch.Model.Contracts;
using Tat.Torch.Model.Parameters;
using Tat.Torch.Model.Recording;
using Tat.Torch.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Tat.Torch.Model.Layers;

/// <summary>A layer around a 3×3 depth-wise convolution, whose kernels are either its own or partly generated for each sample.</summary>
/// <remarks>A weight-adaptive layer filters sample b with <c>dw_kernel + lambda_dw · generated[b]</c>; the gate starts at 0.</remarks>
internal abstract class DepthWiseLayer : nn.Module
{
    [ComponentName(Name = "dw_kernel")]
    private readonly Parameter? _shared;

    [ComponentName(Name = "lambda_dw")]
    private readonly Parameter? _gate;

    /// <summary>Creates the kernels of a weight-adaptive layer; a plain layer makes its own.</summary>
    /// <param name="source">Initial values.</param>
    /// <param name="filter">The convolution of K channels.</param>
    /// <param name="adaptive">Whether part of the kernels is generated.</param>
    /// <param name="deviation">Standard deviation of the shared part at the start.</param>
    protected DepthWiseLayer(ParameterSource source, LayerPlan filter, bool adaptive, double deviation)
        : base(nameof(DepthWiseLayer))
    {
        if (adaptive)
        {
            _shared = source.Normal(deviation, 1, filter.Outputs, 1, filter.Side, filter.Side);
            _gate = source.Constant(0, 1, filter.Outputs, 1, 1, 1);
        }
    }

    /// <summary>The convolution of a plain layer, under its published name; <see langword="null"/> in a weight-adaptive layer.</summary>
    protected abstract Weights? Plain { get; }

    /// <summary>The kernels to filter with: B×K×1×3×3, or 1×K×1×3×3 where all samples share them.</summary>
    /// <param name="generated">B×K×1×3×3, or <see langword="null"/> for a plain layer.</param>
    protected Tensor Kernels(Tensor? generated) => Plain is { } plain
        ? plain.Weight.unsqueeze(0)
        : _shared!.PlusProduct(_gate!, generated!);

    /// <summary>The same kernels, recorded.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="generated">K·9 numbers, or <see langword="null"/> for a plain layer.</param>
    protected RecordedKernels RecordKernels(Tape tape, RecordedMap? generated) => Plain is { } plain
        ? new(tape[plain.Weight])
        : new(tape.Memory, tape[_shared!], tape[_gate!], generated!);

    /// <summary>One number per channel that a plain layer adds after filtering, or none.</summary>
    protected Tensor? KernelBias => Plain?.Bias;
}
