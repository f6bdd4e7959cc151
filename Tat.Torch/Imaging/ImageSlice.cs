namespace Tat.Torch.Imaging;

/// <summary>One single-channel image: a slice of a scan, in physical units (HU, SUV, scanner intensity).</summary>
/// <remarks>
/// The pixels are row-major: the pixel of row <c>y</c> and column <c>x</c> is <c>Pixels[y * Width + x]</c>. The slice wraps the array it is
/// given and never copies it.
/// </remarks>
public sealed class ImageSlice
{
    /// <summary>Wraps pixels as an image.</summary>
    /// <param name="pixels">Row-major values, <paramref name="height"/> × <paramref name="width"/> of them.</param>
    /// <param name="height">Number of rows, at least 1.</param>
    /// <param name="width">Number of columns, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is smaller than 1.</exception>
    /// <exception cref="ArgumentException">The number of pixels is not height × width.</exception>
    public ImageSlice(float[] pixels, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (pixels.LongLength != (long)height * width)
        {
            throw new ArgumentException(
                $"An image of {height} × {width} needs {(long)height * width} pixels, and {pixels.LongLength} were given.", nameof(pixels));
        }

        Pixels = pixels;
        Height = height;
        Width = width;
    }

    /// <summary>The row-major pixel values, in the image's physical unit.</summary>
    public float[] Pixels { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>Number of columns.</summary>
    public int Width { get; }

    /// <summary>
    /// The level of the low-quality volume that this is a slice of, as <see cref="IntensityLevel"/> measures it; <see langword="null"/>
    /// where that is unknown. It serves tasks that are scaled by volume.
    /// </summary>
    public float? VolumeLevel { get; init; }

    /// <summary>
    /// How far the k-space of the low-quality volume that this is a slice of is filled, as <see cref="KSpaceFill"/> measures it;
    /// <see langword="null"/> where that is unknown. It serves tasks that fit the resolution.
    /// </summary>
    public KSpaceExtent? VolumeExtent { get; init; }

    /// <summary>The same pixels as a slice of a volume; they are not copied.</summary>
    internal ImageSlice InVolume(float? level, KSpaceExtent? extent = null) =>
        new(Pixels, Height, Width) { VolumeLevel = level, VolumeExtent = extent };

    /// <summary>The value at a row and a column.</summary>
    public float this[int row, int column] => Pixels[(row * Width) + column];
}
