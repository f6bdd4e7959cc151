namespace Tat.Torch.Inference;

/// <summary>A way in which an image can be unlike those that a model was trained on.</summary>
internal enum InputDoubt
{
    /// <summary>Its modality is not that of its task.</summary>
    Modality,

    /// <summary>There is nothing to restore at its resolution.</summary>
    Resolution,

    /// <summary>Its noise.</summary>
    Noise,

    /// <summary>The size of its pixels.</summary>
    PixelSize,
}
