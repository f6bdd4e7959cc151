using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;

namespace Tat.Torch.Onnx;

/// <summary>How an <see cref="OnnxRestorer"/> works.</summary>
public sealed record OnnxRestorerOptions
{
    internal const string Cpu = "CPU", Cuda = "CUDA";

    /// <summary>Threads that work on an image.</summary>
    /// <value>The default is <see langword="null"/>: one for each physical core.</value>
    public int? Threads { get; init; }

    /// <summary>
    /// The execution provider, by its name in ONNX Runtime: <c>CPU</c>, <c>CUDA</c> (the program references
    /// Microsoft.ML.OnnxRuntime.Gpu),
    /// <c>DML</c> (Microsoft.ML.OnnxRuntime.DirectML), or another one that the referenced package brings. Regardless of case.
    /// </summary>
    /// <value>The default is <c>CPU</c>.</value>
    public string ExecutionProvider { get; init; } = Cpu;

    /// <summary>The number of the device, where there are several.</summary>
    /// <value>The default is 0.</value>
    public int DeviceId { get; init; }

    /// <summary>Whether memory is kept from image to image, which is faster; that of large images is given back on a CPU.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool MemoryArena { get; init; } = true;

    /// <summary>What happens to an image that has a NaN or infinite value.</summary>
    /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
    public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

    /// <summary>
    /// Is told of each image that passes through unrestored, under <see cref="NonFiniteHandling.PassThrough"/>; may be called from several
    /// threads.
    /// </summary>
    public Action<ImageSlice>? OnPassThrough { get; init; }

    /// <summary>Pixels that an image may have; a larger one is refused before it takes time and memory.</summary>
    /// <value>The default is 268,435,456, or 16,384 × 16,384.</value>
    public int MaximumPixels { get; init; } = SizeLimit.Default;

    /// <summary>Where ONNX Runtime writes what each operator took: the beginning of a path; <see langword="null"/> for nowhere.</summary>
    internal string? ProfilePrefix { get; init; }

    internal bool IsOnCpu => ExecutionProvider.Equals(Cpu, StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks every option; runs when a model is opened.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and what to
    /// use.</exception>
    public void Validate()
    {
        Require(Threads is null or >= 1, nameof(Threads), Threads, "use a number from 1, or null for one thread per core");
        Require(!string.IsNullOrWhiteSpace(ExecutionProvider), nameof(ExecutionProvider), ExecutionProvider,
            "use CPU, CUDA, DML, or the name of another provider");
        Require(DeviceId >= 0, nameof(DeviceId), DeviceId, "use a number from 0");
        Require(MaximumPixels >= 1, nameof(MaximumPixels), MaximumPixels, "use 1 or more");
        Require(Enum.IsDefined(NonFinite), nameof(NonFinite), NonFinite, "use Throw or PassThrough");

        static void Require(bool holds, string option, object? value, string advice) =>
            OptionCheck.Require(holds, "ONNX Runtime", option, value, advice);
    }
}
