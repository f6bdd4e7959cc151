using Tat.Torch.Model;

namespace Tat.Torch.Onnx;

/// <summary>How a model is exported.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>What the inputs and the output look like.</summary>
    /// <value>The default is <see cref="OnnxSignature.Image"/>.</value>
    public OnnxSignature Signature { get; init; } = OnnxSignature.Image;

    /// <summary>
    /// Whether weights are stored in half precision, for a file of half the size; the network still computes in single precision. Each
    /// weight then has a relative error of up to 0.05 %, and the export reports what that does to the images.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool HalfPrecisionWeights { get; init; }

    /// <summary>Whether the file is run and compared with the network before it gets its name.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Verify { get; init; } = true;

    /// <summary>The largest difference, on [0, 1], at which a verified file is good.</summary>
    /// <value>The default is <see langword="null"/>: 0.0001, or 0.01 for weights in half precision.</value>
    public double? Tolerance { get; init; }

    internal double EffectiveTolerance => Tolerance ?? (HalfPrecisionWeights ? ModelComparison.HalfPrecisionTolerance : 1e-4);
}
