using Tat.Torch.Simd;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>How a network runs: decided once for each way through it, and handed down to all that it consists of.</summary>
internal sealed record RunMode
{
    private RunMode()
    {
    }

    /// <summary>Whether autograd records: then maps stay whole, and nobody may overwrite them.</summary>
    public bool Records { get; private init; }

    /// <summary>Whether the network is on a CPU.</summary>
    public bool OnCpu { get; private init; }

    /// <summary>
    /// Whether maps are cut into strips, which cores take by turns, and may be overwritten: for one image on a CPU that autograd does not
    /// watch.
    /// </summary>
    public bool InStrips { get; private init; }

    /// <summary>
    /// Whether strips go through the loops of <see cref="Simd"/> in layers whose shapes these take; otherwise, and in other layers, they go
    /// through operators of LibTorch.
    /// </summary>
    public bool UsesSimd { get; private init; }

    /// <summary>Whether blocks are run again for their gradients, in place of keeping what these need.</summary>
    public bool Recomputes { get; init; }

    /// <summary>The mode for an input, on this thread as it is.</summary>
    /// <param name="input">Its first axis is the batch.</param>
    public static RunMode For(Tensor input)
    {
        var (records, onCpu) = (is_grad_enabled(), input.device_type == TorchSharp.DeviceType.CPU);
        var inStrips = onCpu && !records && input.shape[0] == 1;
        return new()
        {
            Records = records,
            OnCpu = onCpu,
            InStrips = inStrips,
            UsesSimd = inStrips && Lanes.Are8 && input.dtype == ScalarType.Float32,
        };
    }
}
