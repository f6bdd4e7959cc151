using Tat.Torch.Pretrained;

namespace Tat.MLNet.Serving;

/// <summary>What a <see cref="RestorationPool"/> serves.</summary>
public sealed class TatRestorationOptions
{
    /// <summary>
    /// The model file, of <c>mlContext.Model.Save</c>; its pipeline reads the columns of <see cref="ImageInput"/> and makes that of
    /// <see cref="RestoredImage"/>; or an exported .onnx, which ONNX Runtime runs without LibTorch.
    /// <see cref="Torch.Pretrained.TatPretrained.Name"/> serves the model that comes with this library.
    /// </summary>
    public string ModelPath { get; set; } = "";

    /// <summary>The GPU to compute on, from 0.</summary>
    /// <value>The default, <see langword="null"/>, is the CPU.</value>
    public int? GpuDeviceId { get; set; }

    /// <summary>Whether the CPU takes the place of a GPU that is not there.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool FallbackToCpu { get; set; }

    /// <summary>
    /// How many images are restored at the same time; further calls wait. Each takes memory, and all share the cores. An image of more than
    /// 512 × 512 pixels, a volume or a scan has a place of its own beside them, so that large ones keep no small one waiting.
    /// </summary>
    /// <value>The default is 2.</value>
    public int MaximumConcurrency { get; set; } = 2;

    /// <summary>
    /// How many scans, volumes, or images of more than 512 × 512 pixels are restored at the same time beside the small ones.
    /// </summary>
    /// <value>The default is 1.</value>
    public int MaximumScans { get; set; } = 1;

    /// <summary>How many threads a restoration on ONNX Runtime takes.</summary>
    /// <value>The default, <see langword="null"/>, is one for each core.</value>
    public int? Threads { get; set; }

    /// <summary>Pixels that an image may have; a larger one is refused at once.</summary>
    /// <value>The default is 67,108,864, or 8,192 × 8,192.</value>
    public int MaximumPixels { get; set; } = 8192 * 8192;

    /// <summary>Whether the model that comes with this library runs on ONNX Runtime, and not on LibTorch; files say it by their
    /// ending.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool UseOnnxRuntime { get; set; }

    /// <summary>
    /// Whether the model is loaded again when its file was replaced; where that fails, the old one goes on serving, and the log says why.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ReloadWhenChanged { get; set; }

    /// <summary>What is wrong with these options, for people to read; <see langword="null"/> where nothing is.</summary>
    internal string? Problem()
    {
        var isPretrained = TatPretrained.IsMeantBy(ModelPath);
        return string.IsNullOrWhiteSpace(ModelPath)
            ? $"{nameof(ModelPath)} is empty; give a model file, or '{TatPretrained.Name}' for the model that comes with the library."
            : MaximumConcurrency < 1 ? $"{nameof(MaximumConcurrency)} is {MaximumConcurrency}; use at least 1."
            : MaximumScans < 1 ? $"{nameof(MaximumScans)} is {MaximumScans}; use at least 1."
            : Threads < 1 ? $"{nameof(Threads)} is {Threads}; use at least 1, or null for one for each core."
            : MaximumPixels < 1 ? $"{nameof(MaximumPixels)} is {MaximumPixels}; use at least 1."
            : GpuDeviceId < 0 ? $"{nameof(GpuDeviceId)} is {GpuDeviceId}; GPUs are counted from 0."
            : UseOnnxRuntime && !isPretrained
                ? $"{nameof(UseOnnxRuntime)} is for the model that comes with the library; '{ModelPath}' runs on what its ending says: "
                    + "export it to .onnx first."
            : ReloadWhenChanged && isPretrained ? $"{nameof(ReloadWhenChanged)} needs a file to watch, and '{ModelPath}' is none."
            : null;
    }
}
