namespace Tat.Torch.Onnx;

/// <summary>How ONNX Runtime runs a model.</summary>
public sealed record OnnxRuntimeOptions
{
    /// <summary>Threads that work on an image.</summary>
    /// <value>The default is <see langword="null"/>: one for each physical core.</value>
    public int? Threads { get; init; }

    /// <summary>
    /// What computes, by the name that ONNX Runtime gives it: <c>CPU</c>, <c>CUDA</c> (the program references Microsoft.ML.OnnxRuntime.Gpu),
    /// <c>DML</c> (Microsoft.ML.OnnxRuntime.DirectML), or another one that the referenced package brings. Regardless of case.
    /// </summary>
    /// <value>The default is <c>CPU</c>.</value>
    public string ExecutionProvider { get; init; } = "CPU";

    /// <summary>The number of the device, where there are several.</summary>
    /// <value>The default is 0.</value>
    public int DeviceId { get; init; }

    /// <summary>Whether memory is kept from image to image: faster, but a large image leaves the process large.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool MemoryArena { get; init; } = true;
}
