namespace Tat.Torch.Onnx;

/// <summary>The comparison of the file with the network on one image.</summary>
/// <param name="Height">Rows of the image.</param>
/// <param name="Width">Columns of the image.</param>
/// <param name="MaximumDifference">The largest difference of a pixel, on [0, 1].</param>
public sealed record OnnxComparison(int Height, int Width, double MaximumDifference);
