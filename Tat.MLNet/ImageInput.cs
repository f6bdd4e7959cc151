using Microsoft.ML.Data;
using Tat.Torch.Imaging;

namespace Tat.MLNet;

/// <summary>
/// An image to restore, for a <see cref="Microsoft.ML.PredictionEngine{TSrc, TDst}"/>; your own class works as well if it has these
/// properties.
/// </summary>
public sealed class ImageInput
{
    /// <summary>Creates an empty input.</summary>
    public ImageInput()
    {
    }

    /// <summary>Takes over an image.</summary>
    /// <param name="image">The image, in the task's unit.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="fileName">What messages call the image.</param>
    public ImageInput(ImageSlice image, string task, string fileName = "")
    {
        ArgumentNullException.ThrowIfNull(image);
        (LowQuality, Height, Width, VolumeLevel, Task, FileName) = (image.Pixels, image.Height, image.Width, image.VolumeLevel ?? float.NaN,
            task, fileName);
        VolumeExtent = [(float?)image.VolumeExtent?.Rows ?? float.NaN, (float?)image.VolumeExtent?.Columns ?? float.NaN];
    }

    /// <summary>The pixels, row by row, in the task's unit.</summary>
    public float[] LowQuality { get; set; } = [];

    /// <summary>Number of rows.</summary>
    public int Height { get; set; }

    /// <summary>Number of columns.</summary>
    public int Width { get; set; }

    /// <summary>
    /// The level of the volume that the image is a slice of, for tasks that are scaled by volume; NaN or 0 to measure the image itself.
    /// </summary>
    public float VolumeLevel { get; set; } = float.NaN;

    /// <summary>
    /// How far k-space of that volume is filled, along its rows and columns (<see cref="KSpaceFill"/>), for tasks that fit the resolution;
    /// NaN to measure the image itself.
    /// </summary>
    [VectorType(2)]
    public float[] VolumeExtent { get; set; } = [float.NaN, float.NaN];

    /// <summary>Side of a pixel in mm, to be told where it is unlike that of the training images; NaN where it is not known.</summary>
    public float PixelSpacing { get; set; } = float.NaN;

    /// <summary>The task's name, for example <c>CT</c>.</summary>
    public string Task { get; set; } = "";

    /// <summary>What messages call the image; may be empty.</summary>
    public string FileName { get; set; } = "";
}
