namespace Tat.MLNet.Serving;

/// <summary>What a <see cref="RestorationPool"/> serves.</summary>
public sealed class TatRestorationOptions
{
    /// <summary>
    /// The model file, of <c>mlContext.Model.Save</c>; its pipeline reads the columns of <see cref="ImageInput"/> and makes that of
    /// <see cref="RestoredImage"/>. <see cref="Torch.Pretrained.TatPretrained.Name"/> serves the model that comes with this library.
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
    /// 512 × 512 pixels, or a scan, has a place of its own beside them, one at a time, so that large ones keep no small one waiting.
    /// </summary>
    /// <value>The default is 2.</value>
    public int MaximumConcurrency { get; set; } = 2;

    /// <summary>Pixels that an image may have; a larger one is refused at once.</summary>
    /// <value>The default is 67,108,864, or 8,192 × 8,192.</value>
    public int MaximumPixels { get; set; } = 8192 * 8192;
}
