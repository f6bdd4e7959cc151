using System.IO.Hashing;
using System.Runtime.InteropServices;
using Tat.Torch.Imaging;

namespace Tat.Torch.Data;

/// <summary>Tells images from others by their pixels.</summary>
internal static class PixelHash
{
    private const int MostImages = 16;

    /// <summary>A hash of the pixels of some pairs.</summary>
    public static string Of(IPairSource pairs) =>
        Of(pairs.Count, index => pairs.Read(index) is var pair ? [pair.LowQuality, pair.HighQuality] : []);

    /// <summary>A hash of the pixels of some images, at even distances in a list.</summary>
    /// <param name="count">Length of the list.</param>
    /// <param name="read">Reads what is at a place of it; an image that cannot be read counts as none.</param>
    public static string Of(int count, Func<int, ImageSlice[]> read)
    {
        var hash = new XxHash128();
        var taken = Math.Min(count, MostImages);
        for (var i = 0; i < taken; i++)
        {
            Append(hash, ReadIfPossible((int)((long)i * count / taken), read));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Adds images to a hash.</summary>
    public static void Append(XxHash128 hash, params ReadOnlySpan<ImageSlice> images)
    {
        foreach (var image in images)
        {
            hash.Append(MemoryMarshal.AsBytes([image.Height, image.Width]));
            hash.Append(MemoryMarshal.AsBytes(image.Pixels.AsSpan()));
        }
    }

    private static ImageSlice[] ReadIfPossible(int index, Func<int, ImageSlice[]> read)
    {
        try
        {
            return read(index);
        }
        catch (Exception exception) when (UnreadableImage.Is(exception))
        {
            // Training says so when it needs the image.
            return [];
        }
    }
}
