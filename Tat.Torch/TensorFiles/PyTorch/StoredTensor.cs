using System.Runtime.InteropServices;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>A block of numbers in a file that tensors are views of.</summary>
/// <param name="Type">Type of the elements.</param>
/// <param name="Count">Number of elements.</param>
internal sealed record TensorStorage(ElementType Type, long Count)
{
    /// <summary>Reads the bytes; set once the place of the block is known.</summary>
    public Func<byte[]>? Read { get; set; }
}

/// <summary>A tensor as a file describes it: a strided view of a storage. Its numbers are read when asked for.</summary>
/// <param name="Storage">Where the numbers are.</param>
/// <param name="Offset">Index of the first one.</param>
/// <param name="Shape">The sides.</param>
/// <param name="Strides">Distance in elements between neighbours along each axis.</param>
internal sealed record StoredTensor(TensorStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>Makes a tensor after checking that it lies inside its storage and is no larger.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static StoredTensor Create(TensorStorage storage, long offset, long[] shape, long[] strides)
    {
        Int128 count = 1;
        Int128 last = offset;
        var isValid = offset >= 0 && shape.Length == strides.Length && shape.Length <= 16;
        for (var axis = 0; isValid && axis < shape.Length; axis++)
        {
            count *= shape[axis];
            last += (Int128)Math.Max(0, shape[axis] - 1) * strides[axis];
            isValid = shape[axis] >= 0 && strides[axis] >= 0 && count <= storage.Count && last <= storage.Count;
        }

        if (!isValid || (count > 0 && last >= storage.Count))
        {
            throw new InvalidDataException($"a tensor [{string.Join(", ", shape)}] with strides [{string.Join(", ", strides)}] from "
                + $"element {offset} on does not fit into its storage of {storage.Count} elements");
        }

        return new(storage, offset, shape, strides);
    }

    /// <summary>Reads the numbers in row-major order.</summary>
    public float[] ToArray()
    {
        if (Count == 0)
        {
            return [];
        }

        var bytes = Storage.Read?.Invoke() ?? throw new InvalidDataException("the numbers of a tensor are not in the file");
        var (size, values) = (Storage.Type.Size, new float[Count]);
        if (bytes.LongLength < Storage.Count * size)
        {
            throw new InvalidDataException($"a storage of {Storage.Count} elements has {bytes.LongLength} bytes");
        }

        if (IsContiguous && Storage.Type == ElementType.Single && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(bytes.AsSpan((int)(Offset * size), values.Length * size)).CopyTo(values);
            return values;
        }

        var index = new long[Shape.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var element = Offset;
            for (var axis = 0; axis < index.Length; axis++)
            {
                element += index[axis] * Strides[axis];
            }

            values[i] = Storage.Type.ToSingle(bytes.AsSpan((int)(element * size), size));
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == Shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return values;
    }

    private bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Length - 1; axis >= 0; axis--)
            {
                if (Shape[axis] != 1 && Strides[axis] != expected)
                {
                    return false;
                }

                expected *= Shape[axis];
            }

            return true;
        }
    }
}
