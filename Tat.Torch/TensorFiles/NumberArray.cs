using Tat.Torch.Files;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Torch.TensorFiles;

/// <summary>Numbers in row-major order with their shape, from a file of one array; they are read when asked for.</summary>
internal sealed record NumberArray(Func<float[]> Read, long[] Shape)
{
    /// <summary>
    /// Whether a file is an array: <c>.npy</c> by its first bytes, a tensor of <c>pickle.dump</c> or <c>torch.save</c> by its extension
    /// <c>.bin</c> and its first bytes.
    /// </summary>
    public static bool Recognizes(string path)
    {
        Span<byte> start = stackalloc byte[6];
        using var stream = RegularFile.Open(path);
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return NumpyFile.IsStart(start[..read])
            || ((start[..2].SequenceEqual("PK"u8) || (start[0] == 0x80 && start[1] is >= 2 and <= 5))
                && Path.GetExtension(path).Equals(".bin", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Opens a file of one array and checks what it says of itself.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not a single array of numbers.</exception>
    public static NumberArray Open(string path)
    {
        using (var stream = RegularFile.Open(path))
        {
            Span<byte> start = stackalloc byte[6];
            var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (NumpyFile.IsStart(start[..read]))
            {
                stream.Position = 0;
                var layout = NumpyFile.ReadLayout(stream);
                return new(() => ReadNumpy(path), layout.Shape);
            }
        }

        using var file = new TorchFile(path);
        return new(() => ReadTensor(path), TensorOf(file).Shape);
    }

    private static float[] ReadNumpy(string path)
    {
        using var stream = RegularFile.Open(path);
        return NumpyFile.Read(stream);
    }

    private static float[] ReadTensor(string path)
    {
        using var file = new TorchFile(path);
        return TensorOf(file).ToArray();
    }

    private static StoredTensor TensorOf(TorchFile file) => file.Value as StoredTensor
        ?? throw new InvalidDataException($"it holds a {Describe(file.Value)} where one tensor is due");

    private static string Describe(object? value) => value switch
    {
        PickleDictionary => "dictionary",
        List<object?> => "list",
        PickleTuple => "tuple",
        null => "None",
        _ => value.GetType().Name,
    };
}
