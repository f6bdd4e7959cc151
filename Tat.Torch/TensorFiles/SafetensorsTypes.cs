using static TorchSharp.torch;

namespace Tat.Torch.TensorFiles;

/// <summary>The element types of the safetensors format that LibTorch also has.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] _all =
    [
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
        ("F32", ScalarType.Float32, 4),
        ("I32", ScalarType.Int32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    public static bool TryParse(string? name, out ScalarType type)
    {
        var index = Array.FindIndex(_all, known => known.Name == name);
        type = index < 0 ? default : _all[index].Type;
        return index >= 0;
    }

    public static int Size(ScalarType type) => Find(type).Size;

    public static string Name(ScalarType type) => Find(type).Name;

    private static (string Name, ScalarType Type, int Size) Find(ScalarType type)
    {
        var index = Array.FindIndex(_all, known => known.Type == type);
        return index >= 0 ? _all[index] : throw new NotSupportedException(
            $"The safetensors format has no element type for {type}; convert the tensor to Float32 first.");
    }
}
