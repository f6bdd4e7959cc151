using Tat.Torch.Imaging;

namespace Tat.Torch.Inference;

/// <summary>
/// The eight ways in which an image can be mirrored and turned without interpolation, numbered: 1 mirrors rows, 2 columns, 4 exchanges
/// them.
/// </summary>
internal static class ImageOrientation
{
    public const int Count = 8;

    /// <summary>Brings an image into an orientation.</summary>
    public static ImageSlice Apply(ImageSlice image, int orientation)
    {
        var (height, width) = (orientation & 4) == 0 ? (image.Height, image.Width) : (image.Width, image.Height);
        var pixels = new float[image.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (row, column) = Place(i / image.Width, i % image.Width, image, orientation);
            pixels[(row * width) + column] = image.Pixels[i];
        }

        var extent = (orientation & 4) == 0 || image.VolumeExtent is null
            ? image.VolumeExtent
            : new KSpaceExtent(image.VolumeExtent.Columns, image.VolumeExtent.Rows);
        return new(pixels, height, width) { VolumeLevel = image.VolumeLevel, VolumeExtent = extent };
    }

    /// <summary>The value, in an image that was brought into an orientation, of a pixel of the original.</summary>
    public static float At(ImageSlice oriented, int row, int column, ImageSlice original, int orientation)
    {
        (row, column) = Place(row, column, original, orientation);
        return oriented[row, column];
    }

    private static (int Row, int Column) Place(int row, int column, ImageSlice original, int orientation)
    {
        row = (orientation & 1) == 0 ? row : original.Height - 1 - row;
        column = (orientation & 2) == 0 ? column : original.Width - 1 - column;
        return (orientation & 4) == 0 ? (row, column) : (column, row);
    }
}
