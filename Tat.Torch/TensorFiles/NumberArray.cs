using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Torch.TensorFiles;

/// <summary>Numbers in row-major order with their shape, from a file of one array; they are read when asked for.</summary>
internal sealed record NumberArray(Func<float[]> Read, long[] Shape)
{
    /// <summary>
    /// Whether a file is an array: <c>.npy</c> by its first bytes, a tensor of <c>pickle.dump</c> or <c>torch.save</c> by its extension
    /// <c>.bin</c> and its first bytes.
    /// </summary>
    /// <param name="name">The file, or what to call what is none.</param>
    /// <param name="open">Opens it at its beginning, as a stream that can seek.</param>
    public static bool Recognizes(string name, Func<Stream> open)
    {
        using var stream = open();
        var start = StartOf(stream);
        return NumpyFile.IsStart(start)
            || (start is [(byte)'P', (byte)'K', ..] or [0x80, >= 2 and <= 5, ..]
                && Path.GetExtension(name).Equals(".bin", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Opens a file of one array and checks what it says of itself.</summary>
    /// <param name="name">The file, or what to call what is none.</param>
    /// <param name="open">Opens it at its beginning, as a stream that can seek; called again when the numbers are read.</param>
    /// <exception cref="InvalidDataException">It is damaged, or not a single array of numbers.</exception>
    public static NumberArray Open(string name, Func<Stream> open)
    {
        using (var stream = open())
        {
            if (NumpyFile.IsStart(StartOf(stream)))
            {
                stream.Position = 0;
                var layout = NumpyFile.ReadLayout(stream);
                return new(() => ReadNumpy(open), layout.Shape);
            }
        }

        using var file = new TorchFile(open(), name);
        return new(() => ReadTensor(name, open), TensorOf(file).Shape);
    }

    private static byte[] StartOf(Stream stream)
    {
        var start = new byte[6];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static float[] ReadNumpy(Func<Stream> open)
    {
        using var stream = open();
        return NumpyFile.Read(stream);
    }

    private static float[] ReadTensor(string name, Func<Stream> open)
    {
        using var file = new TorchFile(open(), name);
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
