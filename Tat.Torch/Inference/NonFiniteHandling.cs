namespace Tat.Torch.Inference;

/// <summary>What happens to an image that has a NaN or infinite value.</summary>
public enum NonFiniteHandling
{
    /// <summary>An exception names the image.</summary>
    Throw,

    /// <summary>The image is returned as it is: the very same object, by which it can be told from restored ones.</summary>
    PassThrough,
}
