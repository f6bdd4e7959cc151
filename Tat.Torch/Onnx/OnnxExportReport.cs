namespace Tat.Torch.Onnx;

/// <summary>The result of an export.</summary>
/// <param name="Path">The file; empty if it was written to a stream.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Comparisons">How far the file deviates from the network, by image size; empty if it was not verified.</param>
public sealed record OnnxExportReport(string Path, long Bytes, IReadOnlyList<OnnxComparison> Comparisons)
{
    /// <summary>The largest difference of all comparisons, on [0, 1]; <see langword="null"/> where the file was not verified.</summary>
    public double? MaximumDifference => Comparisons.Count > 0 ? Comparisons.Max(comparison => comparison.MaximumDifference) : null;
}
