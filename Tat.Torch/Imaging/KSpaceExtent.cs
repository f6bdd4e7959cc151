namespace Tat.Torch.Imaging;

/// <summary>How far the k-space of an image is filled, as shares of its grid; 1 where it is full.</summary>
/// <remarks>An image that was acquired with 128 × 192 samples and interpolated to 256 × 256 pixels has 0.5 and 0.75.</remarks>
/// <param name="Rows">The share along the columns of pixels, which is the vertical resolution, above 0 and at most 1.</param>
/// <param name="Columns">The share along the rows of pixels, which is the horizontal resolution, above 0 and at most 1.</param>
public sealed record KSpaceExtent(double Rows, double Columns)
{
    /// <summary>All of k-space.</summary>
    public static KSpaceExtent Full { get; } = new(1, 1);
}
