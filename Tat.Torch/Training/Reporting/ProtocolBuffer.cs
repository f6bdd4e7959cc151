using System.Buffers.Binary;
using System.Text;

namespace Tat.Torch.Training.Reporting;

/// <summary>Writes the fields of one Protocol Buffers message; as much of the encoding as event files need.</summary>
internal sealed class ProtocolBuffer
{
    private readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public ProtocolBuffer Add(int field, long value) => Key(field, 0).Varint((ulong)value);

    public ProtocolBuffer Add(int field, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return Key(field, 1).Raw(bytes);
    }

    public ProtocolBuffer Add(int field, float value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Key(field, 5).Raw(bytes);
    }

    public ProtocolBuffer Add(int field, ReadOnlySpan<byte> value) => Key(field, 2).Varint((ulong)value.Length).Raw(value);

    public ProtocolBuffer Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    public ProtocolBuffer Add(int field, ProtocolBuffer message) => Add(field, message.ToArray());

    private ProtocolBuffer Key(int field, int wireType) => Varint((ulong)((field << 3) | wireType));

    private ProtocolBuffer Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
        return this;
    }

    private ProtocolBuffer Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }
}
