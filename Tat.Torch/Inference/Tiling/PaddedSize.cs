using Tat.Torch.Model.Contracts;

namespace Tat.Torch.Inference.Tiling;

/// <summary>The size that the network sees: height and width rounded up to multiples of 8.</summary>
internal readonly record struct PaddedSize(int Height, int Width)
{
    /// <summary>The size for an image of a height and width.</summary>
    public static PaddedSize For(int height, int width) => new(RoundUp(height), RoundUp(width));

    /// <summary>Number of pixels.</summary>
    public int Pixels => checked(Height * Width);

    /// <summary>
    /// Copies an image to the upper left and mirrors its last rows and columns into the rest, or repeats the edge where the image is too
    /// small to mirror.
    /// </summary>
    public void Pad(ReadOnlySpan<float> image, int height, int width, Span<float> padded)
    {
        for (var y = 0; y < Height; y++)
        {
            var source = image.Slice(Mirror(y, height, Height) * width, width);
            var row = padded.Slice(y * Width, Width);
            source.CopyTo(row);
            for (var x = width; x < Width; x++)
            {
                row[x] = source[Mirror(x, width, Width)];
            }
        }
    }

    /// <summary>Takes the upper left of a padded image.</summary>
    public void Crop(ReadOnlySpan<float> padded, int height, int width, Span<float> image)
    {
        for (var y = 0; y < height; y++)
        {
            padded.Slice(y * Width, width).CopyTo(image.Slice(y * width, width));
        }
    }

    private static int RoundUp(int length) =>
        checked((length + NetworkPlan.SizeMultiple - 1) / NetworkPlan.SizeMultiple * NetworkPlan.SizeMultiple);

    private static int Mirror(int position, int length, int padded)
    {
        if (position < length)
        {
            return position;
        }

        var mirrored = (2 * (length - 1)) - position;
        return padded - length < length ? mirrored : length - 1;
    }
}
