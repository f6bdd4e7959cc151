namespace Tat.Torch.Inference;

/// <summary>Refuses results that are no numbers.</summary>
internal static class FiniteValues
{
    /// <summary>Checks what a model has made of an image, before anything clips it.</summary>
    /// <exception cref="InvalidDataException">A value is NaN or infinite.</exception>
    public static void CheckRestored(ReadOnlySpan<float> pixels, int image)
    {
        foreach (var value in pixels)
        {
            if (!float.IsFinite(value))
            {
                throw new InvalidDataException($"The model made the value {value} of image {image}, whose values are finite: its weights are damaged or not those of a trained network. Use another model.");
            }
        }
    }
}
