using System.Buffers.Binary;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>An element type of stored tensors, and how its bytes become numbers.</summary>
/// <param name="Name">PyTorch's name of its storage class, without <c>Storage</c>.</param>
/// <param name="Size">Bytes of an element.</param>
/// <param name="ToSingle">Reads an element, little-endian.</param>
internal sealed record ElementType(string Name, int Size, ElementType.Reader ToSingle)
{
    /// <summary>Reads an element at the front of some bytes.</summary>
    public delegate float Reader(ReadOnlySpan<byte> bytes);

    public static ElementType Single { get; } = new("Float", 4, BinaryPrimitives.ReadSingleLittleEndian);

    private static readonly ElementType[] _all =
    [
        Single,
        new("Double", 8, bytes => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        new("Half", 2, bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        new("BFloat16", 2, bytes => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16)),
        new("Long", 8, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        new("Int", 4, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        new("Short", 2, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        new("Char", 1, bytes => (sbyte)bytes[0]),
        new("Byte", 1, bytes => bytes[0]),
        new("Bool", 1, bytes => bytes[0] == 0 ? 0 : 1),
    ];

    /// <summary>The type of a storage class such as <c>FloatStorage</c>, or <see langword="null"/>.</summary>
    public static ElementType? OfStorage(string className) => _all.FirstOrDefault(type => className == $"{type.Name}Storage");
}
