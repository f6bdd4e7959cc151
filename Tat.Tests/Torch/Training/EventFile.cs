using System.Buffers.Binary;
using Tat.Torch.Training.Reporting;

namespace Tat.Tests.Training;

/// <summary>Reads what TensorBoard would, by the definition of its format.</summary>
internal static class EventFile
{
    /// <summary>Its events, each with its checksums.</summary>
    public static List<ILookup<int, byte[]>> Read(string path)
    {
        var events = new List<ILookup<int, byte[]>>();
        var bytes = File.ReadAllBytes(path).AsSpan();
        while (bytes.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.AreEqual(TensorBoardWriter.MaskedChecksum(bytes[..8]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            var data = bytes.Slice(12, length);
            Assert.AreEqual(TensorBoardWriter.MaskedChecksum(data), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]));
            events.Add(ReadMessage(data.ToArray()));
            bytes = bytes[(16 + length)..];
        }

        return events;
    }

    /// <summary>The fields of a Protocol Buffers message by number; an integer as its varint.</summary>
    public static ILookup<int, byte[]> ReadMessage(byte[] message)
    {
        var fields = new List<(int Number, byte[] Value)>();
        for (var position = 0; position < message.Length;)
        {
            var key = message[position++];
            var start = position;
            switch (key & 7)
            {
                case 0:
                    ReadVarint(message, ref position);
                    break;
                case 1:
                    position += 8;
                    break;
                case 5:
                    position += 4;
                    break;
                default:
                    var length = ReadVarint(message, ref position);
                    start = position;
                    position += length;
                    break;
            }

            fields.Add((key >> 3, message[start..position]));
        }

        return fields.ToLookup(field => field.Number, field => field.Value);
    }

    private static int ReadVarint(byte[] message, ref int position)
    {
        var (value, shift) = (0, 0);
        for (; (message[position] & 0x80) != 0; shift += 7)
        {
            value |= (message[position++] & 0x7f) << shift;
        }

        return value | (message[position++] << shift);
    }
}
