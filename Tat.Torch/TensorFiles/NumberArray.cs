using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Torch.TensorFiles;

/// <summary>Numbers in row-major order with their shape, from a file of one array.</summary>
internal sealed record NumberArray(float[] Values, long[] Shape)
{
    /// <summary>Whether a file is an array: <c>.npy</c> by its first bytes, a pickled tensor by its extension <c>.bin</c> and its first bytes.</summary>
    public static bool Recognizes(string path)
    {
        Span<byte> start = stackalloc byte[6];
        using var stream = File.OpenRead(path);
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return NumpyFile.IsStart(start[..read])
            || (read > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5 && Path.GetExtension(path).Equals(".bin", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads an array.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not a single array of numbers.</exception>
    public static NumberArray Read(string path)
    {
        using (var stream = File.OpenRead(path))
        {
            Span<byte> start = stackalloc byte[6];
            var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (NumpyFile.IsStart(start[..read]))
            {
                stream.Position = 0;
                return NumpyFile.Read(stream);
            }
        }

        using var file = new TorchFile(path);
        return file.Value is StoredTensor tensor
            ? new(tensor.ToArray(), tensor.Shape)
            : throw new InvalidDataException($"it holds a {Describe(file.Value)} where one tensor is due");
    }

    private static string Describe(object? value) => value switch
    {
        PickleDictionary => "dictionary",
        List<object?> => "list",
        PickleTuple => "tuple",
        null => "None",
        _ => value.GetType().Name,
    };
}
