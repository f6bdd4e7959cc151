using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Tat.Torch.TensorFiles;

/// <summary>NumPy's <c>.npy</c> files of numbers, versions 1 to 3 (NEP 1); arrays of Python objects are refused.</summary>
internal static partial class NumpyFile
{
    private const int LongestHeader = 1 << 16;
    private const int Block = 1 << 14;

    /// <summary>Whether bytes are the beginning of such a file.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes) => bytes.Length >= 6 && bytes[0] == 0x93 && bytes[1..6].SequenceEqual("NUMPY"u8);

    /// <summary>Reads shape, order and type of an array, and checks them against the bytes that follow.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not of numbers.</exception>
    public static NumpyLayout ReadLayout(Stream stream)
    {
        var header = ReadHeader(stream);
        if (Description().Match(header) is not { Success: true } type || Shape().Match(header) is not { Success: true } sides
            || Order().Match(header) is not { Success: true } order)
        {
            throw new InvalidDataException("its NumPy header does not say type, order and shape");
        }

        long[] shape = [.. sides.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Side)];
        var (size, read) = Element(type.Groups[1].Value);
        var count = shape.Aggregate((Int128)1, (product, side) => Int128.Min(product * side, long.MaxValue));
        if (count * size != stream.Length - stream.Position || count > Array.MaxLength / 8)
        {
            throw new InvalidDataException($"an array [{string.Join(", ", shape)}] of {type.Groups[1].Value} does not match the "
                + $"{stream.Length - stream.Position} bytes that follow its header");
        }

        return new(shape, order.Groups[1].Value == "True", size, read);
    }

    /// <summary>Reads the numbers of an array in row-major order.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not of numbers.</exception>
    public static float[] Read(Stream stream)
    {
        var layout = ReadLayout(stream);
        var values = new float[(stream.Length - stream.Position) / layout.ElementSize];
        var buffer = new byte[Block * layout.ElementSize];
        for (var start = 0; start < values.Length; start += Block)
        {
            var block = values.AsSpan(start, Math.Min(Block, values.Length - start));
            stream.ReadExactly(buffer.AsSpan(0, block.Length * layout.ElementSize));
            for (var i = 0; i < block.Length; i++)
            {
                block[i] = layout.Element(buffer.AsSpan(i * layout.ElementSize, layout.ElementSize));
            }
        }

        return layout.IsColumnMajor ? FromColumnMajor(values, layout.Shape) : values;
    }

    /// <summary>Writes single-precision numbers in row-major order, version 1.</summary>
    public static void Write(Stream stream, ReadOnlySpan<float> values, long[] shape)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")}), }}";
        header = header.PadRight(((header.Length + 11 + 63) / 64 * 64) - 11) + '\n'; // 10 bytes before, a multiple of 64 in all
        Span<byte> start = [0x93, .. "NUMPY"u8, 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(start[8..], (ushort)header.Length);
        stream.Write(start);
        stream.Write(Encoding.Latin1.GetBytes(header));
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    private static long Side(string text) => long.TryParse(text.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var side)
        ? side
        : throw new InvalidDataException($"its NumPy header has the side '{text}', which is no length");

    private static string ReadHeader(Stream stream)
    {
        Span<byte> start = stackalloc byte[12];
        try
        {
            stream.ReadExactly(start[..8]);
            var wide = start[6] >= 2;
            stream.ReadExactly(start[8..(wide ? 12 : 10)]);
            var length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
            if (!IsStart(start) || start[6] is < 1 or > 3 || length > LongestHeader)
            {
                throw new InvalidDataException("its NumPy header is not of version 1, 2 or 3");
            }

            var header = new byte[length];
            stream.ReadExactly(header);
            return Encoding.UTF8.GetString(header);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it ends inside its NumPy header", exception);
        }
    }

    private static (int Size, PyTorch.ElementType.Reader Read) Element(string description)
    {
        var big = description[0] == '>';
        return description[1..] switch
        {
            "f4" => (4, bytes => big ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            "f8" =>
                (8, bytes => (float)(big ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes))),
            "f2" => (2, bytes => (float)(big ? BinaryPrimitives.ReadHalfBigEndian(bytes) : BinaryPrimitives.ReadHalfLittleEndian(bytes))),
            "i8" => (8, bytes => big ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes)),
            "u8" => (8, bytes => big ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
            "i4" => (4, bytes => big ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes)),
            "u4" => (4, bytes => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            "i2" => (2, bytes => big ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes)),
            "u2" => (2, bytes => big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
            "i1" => (1, bytes => (sbyte)bytes[0]),
            "u1" or "b1" => (1, bytes => bytes[0]),
            _ => throw new InvalidDataException($"its NumPy type '{description}' is not a type of numbers that can be read"),
        };
    }

    private static float[] FromColumnMajor(float[] values, long[] shape)
    {
        var turned = new float[values.Length];
        for (var i = 0L; i < turned.Length; i++)
        {
            var (rest, source, step) = (i, 0L, (long)values.Length);
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                step /= shape[axis];
                source += rest % shape[axis] * step;
                rest /= shape[axis];
            }

            turned[i] = values[source];
        }

        return turned;
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([<>|=][a-zA-Z]\\d+)'")]
    private static partial Regex Description();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)")]
    private static partial Regex Shape();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)")]
    private static partial Regex Order();
}

/// <summary>What the header of an array says.</summary>
/// <param name="Shape">The sides.</param>
/// <param name="IsColumnMajor">Whether the first axis runs fastest.</param>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="Element">Reads one.</param>
internal sealed record NumpyLayout(long[] Shape, bool IsColumnMajor, int ElementSize, PyTorch.ElementType.Reader Element);
