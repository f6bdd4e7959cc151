namespace Tat.Torch.Onnx;

/// <summary>The form of the inputs and the output of an exported model.</summary>
public enum OnnxSignature
{
    /// <summary>
    /// <c>image</c> float[N, 1, H, W] with <c>range_min</c> and <c>range_max</c> float[N] gives <c>restored</c> float[N, 1, H, W];
    /// N, H and W are free. For other languages and for <see cref="OnnxRestorer"/>.
    /// </summary>
    Image,

    /// <summary>
    /// <c>pixels</c> float[1, L] and <c>size</c> int64[2] (height, width; L is their product) with <c>range_min</c> and <c>range_max</c>
    /// float[1] gives <c>restored</c> float[1, L]. For ML.NET's <c>ApplyOnnxModel</c>, which takes one free axis: each row may have another
    /// size.
    /// </summary>
    Pixels,
}
