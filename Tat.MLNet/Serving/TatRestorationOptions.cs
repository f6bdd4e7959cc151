using Tat.Torch.Files;
using Tat.Torch.Pretrained;

namespace Tat.MLNet.Serving;

/// <summary>Options of a <see cref="RestorationPool"/>: what it serves, and how.</summary>
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

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and what to
    /// use.</exception>
    internal void Validate()
    {
        var isPretrained = TatPretrained.IsMeantBy(ModelPath);
        Require(!string.IsNullOrWhiteSpace(ModelPath), nameof(ModelPath), $"'{ModelPath}'",
            $"name a model file, or '{TatPretrained.Name}' for the model that comes with the library");
        Require(MaximumConcurrency >= 1, nameof(MaximumConcurrency), MaximumConcurrency, "use 1 or more");
        Require(MaximumScans >= 1, nameof(MaximumScans), MaximumScans, "use 1 or more");
        Require(Threads is null or >= 1, nameof(Threads), Threads, "use 1 or more, or null for one thread per core");
        Require(MaximumPixels >= 1, nameof(MaximumPixels), MaximumPixels, "use 1 or more");
        Require(GpuDeviceId is null or >= 0, nameof(GpuDeviceId), GpuDeviceId, "use a number from 0, or null for the CPU");
        Require(!UseOnnxRuntime || isPretrained, nameof(UseOnnxRuntime), UseOnnxRuntime,
            $"only the model that comes with the library needs it; to run '{ModelPath}' on ONNX Runtime, export it to .onnx");
        Require(!ReloadWhenChanged || !isPretrained, nameof(ReloadWhenChanged), ReloadWhenChanged,
            $"there is no file to watch; leave it out for the model '{ModelPath}'");

        static void Require(bool holds, string option, object? value, string advice) =>
            OptionCheck.Require(holds, "pool", option, value, advice);
    }
}
