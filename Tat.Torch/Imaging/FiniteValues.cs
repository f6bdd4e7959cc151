namespace Tat.Torch.Imaging;

/// <summary>Looks for values that are no numbers.</summary>
internal static class FiniteValues
{
    /// <summary>
    /// Says where the first value is that is NaN or infinite, as in <c>the value NaN at row 3, column 7</c>; <see langword="null"/> where
    /// all are finite. Rows and columns count from 0.
    /// </summary>
    public static string? FindOther(ImageSlice image) => FindOther(image.Pixels, image.Width);

    /// <inheritdoc cref="FindOther(ImageSlice)"/>
    public static string? FindOther(ReadOnlySpan<float> pixels, int width)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            if (!float.IsFinite(pixels[i]))
            {
                return FormattableString.Invariant($"the value {pixels[i]} at row {i / width}, column {i % width}");
            }
        }

        return null;
    }

    /// <summary>Whether all values of an image are numbers.</summary>
    public static bool AllIn(ImageSlice image) => FindOther(image) is null;
}
