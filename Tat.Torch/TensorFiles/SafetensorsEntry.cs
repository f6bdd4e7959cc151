using static TorchSharp.torch;

namespace Tat.Torch.TensorFiles;

/// <summary>A tensor that the header of a safetensors file announces.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its sides; empty for a single number.</param>
/// <param name="Start">Where its bytes begin, counted from the end of the header.</param>
/// <param name="Length">Number of bytes: checked to be what type and shape need.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Start, long Length);
